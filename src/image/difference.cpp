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

// Others may write into the pictures meanwhile, so what was found to differ need not differ any
// more: both searches end at the end of the row.

/// In steps; `bytes` if nothing differs.
std::ptrdiff_t first_difference(const std::uint8_t* a, const std::uint8_t* b,
                                std::ptrdiff_t bytes) {
  if (equal(a, b, bytes)) return bytes;
  std::ptrdiff_t at = 0;
  while (at < bytes && equal(a + at, b + at, std::min(step, bytes - at))) at += step;
  return std::min(at, bytes);
}

/// Where the last one ends, in steps from the end; 0 if nothing differs.
std::ptrdiff_t end_of_difference(const std::uint8_t* a, const std::uint8_t* b,
                                 std::ptrdiff_t bytes) {
  if (equal(a, b, bytes)) return 0;
  std::ptrdiff_t end = bytes;
  while (end > 0) {
    const std::ptrdiff_t at = std::max<std::ptrdiff_t>(end - step, 0);
    if (!equal(a + at, b + at, end - at)) break;
    end = at;
  }
  return end;
}

/// Bytes of a row; none if `from` is not before `to`.
struct Extent {
  std::ptrdiff_t from;
  std::ptrdiff_t to;

  bool empty() const noexcept { return from >= to; }

  /// Widens by what differs in a row of `row` bytes outside of it.
  void look_at(const std::uint8_t* a, const std::uint8_t* b, std::ptrdiff_t row) {
    if (empty())
      from = to = first_difference(a, b, row);
    else
      from = first_difference(a, b, from);
    to += end_of_difference(a + to, b + to, row - to);
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
