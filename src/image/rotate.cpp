#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "image/convert.h"

namespace rustcam {
namespace {

constexpr std::int32_t pixel_bytes = 4;
// A quarter turn reads across rows; in tiles both pictures stay within the first-level cache.
constexpr std::int32_t tile = 16;

bool is_quarter_turn(Rotation rotation) {
  return rotation == Rotation::clockwise90 || rotation == Rotation::clockwise270;
}

void require_fit(const ConstImageView& from, Rotation rotation, const ImageView& into) {
  if (from.format != PixelFormat::bgra || into.format != PixelFormat::bgra)
    throw std::invalid_argument("only bgra pictures can be rotated");
  const Size turned =
      is_quarter_turn(rotation) ? Size{from.size.height, from.size.width} : from.size;
  if (into.size != turned)
    throw std::invalid_argument("a rotated picture of " + to_string(turned) + " is needed, not " +
                                to_string(into.size));
}

void half_turn(const ConstImageView& from, const ImageView& into) {
  for (std::int32_t y = 0; y < from.height(); ++y) {
    const std::uint8_t* p = from.row(y);
    std::uint8_t* q = into.row(from.height() - 1 - y) + std::ptrdiff_t{from.width()} * pixel_bytes;
    for (std::int32_t x = 0; x < from.width(); ++x) {
      q -= pixel_bytes;
      std::memcpy(q, p, pixel_bytes);
      p += pixel_bytes;
    }
  }
}

void quarter_turn_tile(const ConstImageView& from, const Rect& r, bool clockwise,
                       const ImageView& into) {
  for (std::int32_t x = r.left; x < r.right; ++x) {
    std::uint8_t* row = into.row(clockwise ? x : from.width() - 1 - x);
    for (std::int32_t y = r.top; y < r.bottom; ++y) {
      const std::int32_t column = clockwise ? from.height() - 1 - y : y;
      std::memcpy(row + std::ptrdiff_t{column} * pixel_bytes,
                  from.row(y) + std::ptrdiff_t{x} * pixel_bytes, pixel_bytes);
    }
  }
}

void quarter_turn(const ConstImageView& from, bool clockwise, const ImageView& into) {
  for (std::int32_t y = 0; y < from.height(); y += tile)
    for (std::int32_t x = 0; x < from.width(); x += tile)
      quarter_turn_tile(from,
                        {x, y, std::min(x + tile, from.width()), std::min(y + tile, from.height())},
                        clockwise, into);
}

}  // namespace

void rotate(const ConstImageView& from, Rotation rotation, const ImageView& into) {
  require_fit(from, rotation, into);
  switch (rotation) {
    case Rotation::none:
      return copy_region(from, Rect::of(from.size), into);
    case Rotation::clockwise180:
      return half_turn(from, into);
    case Rotation::clockwise90:
    case Rotation::clockwise270:
      return quarter_turn(from, rotation == Rotation::clockwise90, into);
  }
}

}  // namespace rustcam
