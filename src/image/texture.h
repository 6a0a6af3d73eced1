// A picture on a GPU.
#pragma once

#include <memory>

#include "base/geometry.h"
#include "image/image_view.h"
#include "image/pointer.h"

namespace rustcam {

/// Where textures live: a device of the system's. What it is made of, only the back end that makes
/// textures and the encoder that takes them know.
class TextureHome {
 public:
  virtual ~TextureHome() = default;
};

/// Of the colours of a bgra picture; nobody looks at its alpha. Made, filled and drawn on by its
/// source's thread, until it is posted; then read by any.
class Texture {
 public:
  virtual ~Texture() = default;
  virtual Size size() const noexcept = 0;
  /// Never null, and the same for all textures of one device.
  virtual std::shared_ptr<TextureHome> home() const = 0;
  /// As blend_pointer() does it in memory; `origin` is the texture's corner on the target. Throws
  /// AccessLost, DeviceError.
  virtual void blend(const Pointer& pointer, Point origin) = 0;
  /// Brings it into memory, which is slow: `into` is bgra and of the same size. Alpha comes out
  /// 255. Throws DeviceError.
  virtual void read(const ImageView& into) const = 0;
};

}  // namespace rustcam
