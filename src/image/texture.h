// A picture on a GPU.
#pragma once

#include "base/geometry.h"
#include "image/pointer.h"

namespace rustcam {

/// Of the colours of a bgra picture. What it is made of, only the back end that makes it and the
/// encoder that takes it know. One thread at a time; made, filled and drawn on by its source's
/// thread.
class Texture {
 public:
  virtual ~Texture() = default;
  virtual Size size() const noexcept = 0;
  /// As blend_pointer() does it in memory; `origin` is the texture's corner on the target. Throws
  /// AccessLost, DeviceError.
  virtual void blend(const Pointer& pointer, Point origin) = 0;
};

}  // namespace rustcam
