// A picture seen from the scene's coordinates: what every scene draws with.
#pragma once

#include <cstdint>

#include "base/geometry.h"
#include "image/image_view.h"

namespace rustcam {

/// One opaque BGRA pixel as the 32-bit word that it is in memory on a little-endian machine.
using Bgra = std::uint32_t;

constexpr Bgra bgra(std::uint32_t red, std::uint32_t green, std::uint32_t blue) noexcept {
  return 0xFF000000U | (red & 0xFFU) << 16 | (green & 0xFFU) << 8 | (blue & 0xFFU);
}

/// Rows of a bgra picture whose corner is at `origin` on the scene. Coordinates below are the
/// scene's; callers stay inside bounds().
class Canvas {
 public:
  /// Throws std::invalid_argument if `picture` is not bgra.
  Canvas(const ImageView& picture, Point origin);

  Rect bounds() const noexcept { return bounds_; }
  void fill(const Rect& r, Bgra colour) const noexcept;
  void copy_row(std::int32_t x, std::int32_t y, const Bgra* pixels,
                std::int64_t count) const noexcept;

 private:
  std::uint8_t* at(std::int32_t x, std::int32_t y) const noexcept;

  ImageView picture_;
  Point origin_;
  Rect bounds_;
};

}  // namespace rustcam
