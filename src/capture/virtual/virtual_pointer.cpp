#include "capture/virtual/virtual_pointer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace rustcam::virtual_display {
namespace {

constexpr std::int32_t width = 24;
constexpr std::int32_t height = 32;

/// How much of pixel (x, y) the arrow covers, 0..255: a triangle whose right edge is soft.
std::uint8_t coverage(std::int32_t x, std::int32_t y) {
  const std::int32_t edge = y * width / height;
  return static_cast<std::uint8_t>(std::clamp((edge - x) * 96, 0, 255));
}

bool is_border(std::int32_t x, std::int32_t y) {
  return x == 0 || coverage(x + 2, y) == 0;
}

void paint_color(PointerShape& shape) {
  shape.stride = width * 4;
  shape.pixels.resize(static_cast<std::size_t>(shape.stride) * height);
  for (std::int32_t y = 0; y < height; ++y)
    for (std::int32_t x = 0; x < width; ++x) {
      const std::uint8_t alpha = coverage(x, y);
      std::uint8_t value = is_border(x, y) ? 0 : 255;
      if (shape.kind == PointerKind::premultiplied_alpha)
        value = static_cast<std::uint8_t>(value * alpha / 255);
      std::uint8_t* p = shape.pixels.data() + y * shape.stride + x * 4;
      p[0] = p[1] = p[2] = value;
      p[3] = alpha;
      if (shape.kind == PointerKind::masked_color) {
        // Alpha 0 replaces the screen, 255 is XORed with it: XOR with black leaves it as it is.
        p[3] = alpha >= 128 ? 0 : 255;
        if (alpha < 128) p[0] = p[1] = p[2] = 0;
      }
    }
}

void paint_monochrome(PointerShape& shape) {
  shape.stride = (width + 7) / 8;
  shape.pixels.resize(static_cast<std::size_t>(shape.stride) * height * 2);
  for (std::int32_t y = 0; y < height; ++y)
    for (std::int32_t x = 0; x < width; ++x) {
      const auto bit = static_cast<std::uint8_t>(0x80U >> (x % 8));
      const bool inside = coverage(x, y) >= 128;
      std::uint8_t* mask = shape.pixels.data() + y * shape.stride + x / 8;
      std::uint8_t* color = mask + std::ptrdiff_t{height} * shape.stride;
      if (!inside) *mask |= bit;
      if (inside && !is_border(x, y)) *color |= bit;
    }
}

}  // namespace

std::shared_ptr<const PointerShape> pointer_shape(PointerKind kind) {
  auto shape = std::make_shared<PointerShape>();
  shape->kind = kind;
  shape->size = {width, height};
  if (kind == PointerKind::monochrome)
    paint_monochrome(*shape);
  else
    paint_color(*shape);
  return shape;
}

}  // namespace rustcam::virtual_display
