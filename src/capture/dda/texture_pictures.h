// The desktop as pictures that stay on the GPU.
#pragma once

#include <d3d11.h>

#include <memory>
#include <optional>
#include <string>

#include "capture/dda/canvas.h"
#include "capture/dda/graphics.h"
#include "d3d11/bgra_texture.h"
#include "image/picture.h"

namespace rustcam::dda {

/// Makes textures, and copies parts of the canvas into them, turned upright. Confined to the
/// capture thread; the textures are not.
class TexturePictures {
 public:
  /// Throws DeviceError if the device cannot do it.
  explicit TexturePictures(const Graphics& graphics);

  /// Throws DeviceError.
  Picture make(Size size) const { return Picture(maker_.make(size)); }
  /// The texture of a picture of make(); null for any other.
  static d3d11::BgraTexture* texture_of(Picture& picture) noexcept;

  /// True if the GPU can fill textures from such a canvas: an HDR desktop's colours are brought
  /// into sRGB in memory.
  static bool takes(const Canvas& canvas, Rotation rotation) noexcept;
  /// Copies `region` (upright target pixels) into a texture whose corner is at `origin`. Throws
  /// DeviceError.
  void copy(const Canvas& canvas, Rotation rotation, const Region& region, d3d11::BgraTexture& into,
            Point origin);

 private:
  std::shared_ptr<d3d11::Gpu> gpu_;
  d3d11::TextureMaker maker_;
  const ID3D11Texture2D* viewed_ = nullptr;  ///< the canvas that `view_` is of
  win32::ComPtr<ID3D11ShaderResourceView> view_;
};

}  // namespace rustcam::dda
