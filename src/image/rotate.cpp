#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "image/convert.h"
#include "image/kernels.h"

namespace rustcam {
namespace {

constexpr std::int32_t bgra_bytes = 4;

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
    std::uint8_t* q = into.row(from.height() - 1 - y) + std::ptrdiff_t{from.width()} * bgra_bytes;
    for (std::int32_t x = 0; x < from.width(); ++x) {
      q -= bgra_bytes;
      std::memcpy(q, p, bgra_bytes);
      p += bgra_bytes;
    }
  }
}

/// A transposition, mirrored by walking one side backwards.
void quarter_turn(const ConstImageView& from, bool clockwise, const ImageView& into) {
  Transposition t{from.row(0),           from.planes[0].stride, into.row(0),
                  into.planes[0].stride, from.width(),          from.height()};
  if (clockwise) {
    t.from = from.row(from.height() - 1);
    t.from_stride = -t.from_stride;
  } else {
    t.into = into.row(into.height() - 1);
    t.into_stride = -t.into_stride;
  }
  fastest_kernels().transpose(t);
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
