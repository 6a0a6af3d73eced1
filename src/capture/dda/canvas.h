// The current desktop as a texture of our own.
#pragma once

#include <d3d11.h>

#include <optional>

#include "base/region.h"
#include "capture/dda/device.h"
#include "platform/com_ptr_win32.h"

namespace rustcam::dda {

/// Kept up to date by every update before its frame is released, so that any part of the desktop
/// can be read at any time. In native orientation.
class Canvas {
 public:
  /// Like `frame`, the first texture that the duplication hands out. Throws AccessLost or
  /// DuplicationError, also for a pixel format that is neither 8-bit BGRA nor half floats.
  Canvas(const Device& device, const D3D11_TEXTURE2D_DESC& frame);

  bool fits(const D3D11_TEXTURE2D_DESC& frame) const noexcept;
  /// Takes `damage` (inside the desktop) over from `frame`, which fits; nullopt: everything.
  void update(const Device& device, ID3D11Texture2D& frame, const std::optional<Region>& damage);

  ID3D11Texture2D& texture() const noexcept { return *texture_; }
  Size size() const noexcept { return size_; }
  DXGI_FORMAT format() const noexcept { return format_; }
  bool half_float() const noexcept { return format_ == DXGI_FORMAT_R16G16B16A16_FLOAT; }

 private:
  win32::ComPtr<ID3D11Texture2D> texture_;
  Size size_;
  DXGI_FORMAT format_ = DXGI_FORMAT_UNKNOWN;
};

}  // namespace rustcam::dda
