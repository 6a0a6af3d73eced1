// Textures that other devices and processes can open, used in turn.
#pragma once

#include <d3d11.h>
#include <dxgi1_2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "capture/dda/device.h"
#include "capture/dda/ring_turns.h"
#include "capture/gpu_source.h"
#include "platform/com_ptr_win32.h"
#include "platform/support_win32.h"

namespace rustcam::dda {

/// One that is held by a GpuFrame is never written to. The device must outlive it.
class SharedRing {
 public:
  /// For 8-bit BGRA desktops of `size`. Throws DuplicationError if the system shares no
  /// textures, AccessLost.
  SharedRing(const Device& device, Size size, GpuOrder order);

  Size size() const noexcept { return size_; }
  GpuOrder order() const noexcept { return order_; }
  /// Copies `desktop` into a texture whose turn it is and returns when the GPU is done with it;
  /// nullopt if there is none. Throws AccessLost, DuplicationError.
  std::optional<GpuFrame> copy(ID3D11Texture2D& desktop);

 private:
  static constexpr std::size_t textures = 4;

  struct Shared {
    win32::ComPtr<ID3D11Texture2D> texture;
    win32::ComPtr<IDXGIKeyedMutex> mutex;
    win32::Handle handle;
  };

  std::shared_ptr<Shared> make() const;
  std::shared_ptr<Shared>* claim();
  void wait_for_gpu();

  const Device* device_;
  Size size_;
  GpuOrder order_;
  RingTurns turns_;
  std::uint64_t adapter_luid_ = 0;
  win32::Handle done_;
  std::array<std::shared_ptr<Shared>, textures> slots_;
};

}  // namespace rustcam::dda
