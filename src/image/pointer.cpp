#include "image/pointer.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace rustcam {
namespace {

constexpr std::int32_t pixel_bytes = 4;

/// Rounded to the nearest, as 0..255 stand for 0..1.
std::int32_t scaled(std::int32_t value, std::int32_t alpha) {
  return (value * alpha + 127) / 255;
}

std::uint8_t clamped_byte(std::int32_t value) {
  return static_cast<std::uint8_t>(std::min(value, 255));
}

void blend_straight(const std::uint8_t* shape, std::uint8_t* screen) {
  const std::int32_t a = shape[3];
  for (int i = 0; i < 3; ++i)
    screen[i] = clamped_byte((shape[i] * a + screen[i] * (255 - a) + 127) / 255);
}

void blend_premultiplied(const std::uint8_t* shape, std::uint8_t* screen) {
  for (int i = 0; i < 3; ++i)
    screen[i] = clamped_byte(shape[i] + scaled(screen[i], 255 - shape[3]));
}

void blend_masked(const std::uint8_t* shape, std::uint8_t* screen) {
  const bool invert = shape[3] != 0;
  for (int i = 0; i < 3; ++i)
    screen[i] = static_cast<std::uint8_t>(invert ? screen[i] ^ shape[i] : shape[i]);
}

bool bit(const std::uint8_t* row, std::int32_t x) {
  return (row[x / 8] & (0x80 >> (x % 8))) != 0;
}

void blend_monochrome(bool keep, bool invert, std::uint8_t* screen) {
  for (int i = 0; i < 3; ++i)
    screen[i] = static_cast<std::uint8_t>((keep ? screen[i] : 0) ^ (invert ? 255 : 0));
}

void require_whole(const PointerShape& shape) {
  const bool mono = shape.kind == PointerKind::monochrome;
  const std::int64_t width = shape.size.width;
  const std::int64_t row = mono ? (width + 7) / 8 : width * pixel_bytes;
  const std::int64_t rows = std::int64_t{shape.size.height} * (mono ? 2 : 1);
  if (shape.size.width < 0 || shape.size.height < 0 || shape.stride < row ||
      static_cast<std::int64_t>(shape.pixels.size()) < shape.stride * rows)
    throw std::invalid_argument("a pointer shape of " + to_string(shape.size) +
                                " does not fit its " + std::to_string(shape.pixels.size()) +
                                " bytes");
}

/// Where shape pixels [0, extent) at `start` fall inside [0, limit), as shape coordinates.
struct Overlap {
  std::int32_t begin;
  std::int32_t end;
};
Overlap overlap(std::int64_t start, std::int32_t extent, std::int32_t limit) {
  const std::int64_t begin = std::clamp<std::int64_t>(-start, 0, extent);
  const std::int64_t end = std::clamp<std::int64_t>(limit - start, begin, extent);
  return {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end)};
}

}  // namespace

void blend_pointer(const Pointer& pointer, Point origin, const ImageView& picture) {
  if (picture.format != PixelFormat::bgra)
    throw std::invalid_argument("a pointer can be laid over a bgra picture only");
  if (!pointer.drawable()) return;
  const PointerShape& shape = *pointer.shape;
  require_whole(shape);

  const std::int64_t left = std::int64_t{pointer.top_left.x} - origin.x;
  const std::int64_t top = std::int64_t{pointer.top_left.y} - origin.y;
  const Overlap columns = overlap(left, shape.size.width, picture.width());
  const Overlap rows = overlap(top, shape.size.height, picture.height());
  const auto shape_row = [&](std::int32_t y) {
    return shape.pixels.data() + std::ptrdiff_t{y} * shape.stride;
  };
  for (std::int32_t y = rows.begin; y < rows.end; ++y) {
    std::uint8_t* screen = picture.row(static_cast<std::int32_t>(top + y)) +
                           static_cast<std::ptrdiff_t>((left + columns.begin) * pixel_bytes);
    for (std::int32_t x = columns.begin; x < columns.end; ++x, screen += pixel_bytes) {
      switch (shape.kind) {
        case PointerKind::straight_alpha:
          blend_straight(shape_row(y) + std::ptrdiff_t{x} * pixel_bytes, screen);
          break;
        case PointerKind::premultiplied_alpha:
          blend_premultiplied(shape_row(y) + std::ptrdiff_t{x} * pixel_bytes, screen);
          break;
        case PointerKind::masked_color:
          blend_masked(shape_row(y) + std::ptrdiff_t{x} * pixel_bytes, screen);
          break;
        case PointerKind::monochrome:
          blend_monochrome(bit(shape_row(y), x), bit(shape_row(y + shape.size.height), x), screen);
          break;
      }
      screen[3] = 255;
    }
  }
}

}  // namespace rustcam
