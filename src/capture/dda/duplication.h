// One output's duplication, and the frame that is leased from it.
#pragma once

#include <d3d11.h>
#include <dxgi1_2.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "base/region.h"
#include "capture/dda/adapters.h"
#include "image/pointer.h"
#include "platform/com_ptr_win32.h"

namespace rustcam::dda {

class Duplication {
 public:
  /// Throws AccessLost or DuplicationError.
  Duplication(const Output& output, ID3D11Device& device);
  ~Duplication() { release(); }
  Duplication(const Duplication&) = delete;
  Duplication& operator=(const Duplication&) = delete;

  Rotation rotation() const noexcept { return rotation_; }

  /// Waits up to `timeout_ms` for a frame and leases it; one at a time. `texture` is the whole
  /// desktop in native orientation; let go of it before release().
  HRESULT acquire(UINT timeout_ms, DXGI_OUTDUPL_FRAME_INFO& info,
                  win32::ComPtr<ID3D11Texture2D>& texture);
  bool leased() const noexcept { return leased_; }
  void release() noexcept;

  /// What changed with the leased frame, in native orientation; nullopt: everything. Throws
  /// AccessLost.
  std::optional<Region> damage(const DXGI_OUTDUPL_FRAME_INFO& info, Size native);
  /// The pointer's new shape; null if the leased frame brought none that can be understood.
  std::shared_ptr<const PointerShape> pointer_shape(const DXGI_OUTDUPL_FRAME_INFO& info);

 private:
  win32::ComPtr<IDXGIOutputDuplication> duplication_;
  Rotation rotation_ = Rotation::none;
  bool leased_ = false;
  std::vector<std::byte> dirty_rects_;
  std::vector<std::byte> move_rects_;
  std::vector<std::byte> shape_;
};

}  // namespace rustcam::dda
