// The virtual display's pointer shapes.
#pragma once

#include <memory>

#include "image/pointer.h"

namespace rustcam::virtual_display {

/// A soft-edged arrow of 24x32 pixels as each kind can tell it; the same in every run.
std::shared_ptr<const PointerShape> pointer_shape(PointerKind kind);

}  // namespace rustcam::virtual_display
