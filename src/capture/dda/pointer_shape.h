// Pointer shapes, read from the bytes that Desktop Duplication hands out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "image/pointer.h"

namespace rustcam::dda {

/// DXGI_OUTDUPL_POINTER_SHAPE_INFO without its hot spot, which Desktop Duplication has already
/// taken off the position.
struct PointerShapeInfo {
  std::uint32_t type = 0;    ///< 1 monochrome, 2 colour, 4 masked colour
  std::uint32_t width = 0;   ///< pixels
  std::uint32_t height = 0;  ///< rows; monochrome: both masks, so twice what is seen
  std::uint32_t pitch = 0;   ///< bytes from row to row
};

/// The shape, with rows as the blender wants them; null if the bytes do not fill what the
/// description says, the type is unknown, or a side is larger than any pointer's (1024).
std::shared_ptr<const PointerShape> parse_pointer_shape(const PointerShapeInfo& info,
                                                        std::span<const std::byte> bytes);

}  // namespace rustcam::dda
