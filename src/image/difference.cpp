#include "image/difference.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace rustcam {
namespace {

/// Of a row that differs, so many bytes at a time are looked at.
constexpr std::ptrdiff_t step = 256;

bool equal(const std::uint8_t* a, const std::uint8_t* b, std::ptrdiff_t bytes) {
  return bytes <= 0 || std::memcmp(a, b, static_cast<std::size_t>(bytes)) == 0;
}

/// Bytes of a row; none if `from` is not before `to`.
struct Extent {
  std::ptrdiff_t from;
  std::ptrdiff_t to;

  bool empty() const noexcept { return from >= to; }

  /// Widens by what differs in a row of `row` bytes outside of it.
  void look_at(const std::uint8_t* a, const std::uint8_t* b, std::ptrdiff_t row) {
    if (empty()) {
      if (equal(a, b, row)) return;
      from = to = 0;
      while (equal(a + from, b + from, std::min(step, row - from))) from += step;
      to = from;
    } else if (!equal(a, b, from)) {
      std::ptrdiff_t at = 0;
      while (equal(a + at, b + at, std::min(step, from - at))) at += step;
      from = at;
    }
    if (equal(a + to, b + to, row - to)) return;
    std::ptrdiff_t end = row;
    while (
        equal(a + std::max(end - step, to), b + std::max(end - step, to), std::min(step, end - to)))
      end -= step;
    to = end;
  }
};

}  // namespace

Region difference(const Plane<const std::uint8_t>& one, const Plane<const std::uint8_t>& other,
                  Size size, std::int32_t pixel_bytes, std::int32_t band_rows) {
  const std::ptrdiff_t row = std::ptrdiff_t{size.width} * pixel_bytes;
  Region out;
  for (std::int32_t top = 0; top < size.height; top += band_rows) {
    const std::int32_t bottom = std::min(top + band_rows, size.height);
    Extent differs{0, 0};
    for (std::int32_t y = top; y < bottom; ++y) differs.look_at(one.row(y), other.row(y), row);
    if (!differs.empty())
      out.add(Rect{static_cast<std::int32_t>(differs.from / pixel_bytes), top,
                   static_cast<std::int32_t>((differs.to + pixel_bytes - 1) / pixel_bytes),
                   bottom});
  }
  return out;
}

}  // namespace rustcam
