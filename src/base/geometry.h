// Points, sizes and rectangles in whole pixels; y grows downward.
#pragma once

#include <cstdint>
#include <string>

namespace rustcam {

struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Size {
  std::int32_t width = 0;
  std::int32_t height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

/// Half-open: left <= x < right, top <= y < bottom. Empty if right <= left or bottom <= top.
struct Rect {
  std::int32_t left = 0;
  std::int32_t top = 0;
  std::int32_t right = 0;
  std::int32_t bottom = 0;

  static constexpr Rect of(Size s) { return {0, 0, s.width, s.height}; }
  /// Checked: saturates at the limits of int32 instead of overflowing.
  static Rect of(Point origin, Size s);

  constexpr bool empty() const noexcept { return right <= left || bottom <= top; }
  constexpr std::int64_t width() const noexcept { return empty() ? 0 : std::int64_t{right} - left; }
  constexpr std::int64_t height() const noexcept {
    return empty() ? 0 : std::int64_t{bottom} - top;
  }
  constexpr std::int64_t area() const noexcept { return width() * height(); }
  /// Width and height of a rectangle whose extent fits int32 (every screen's does).
  constexpr Size size() const noexcept {
    return {static_cast<std::int32_t>(width()), static_cast<std::int32_t>(height())};
  }
  /// True if `r` lies inside; an empty `r` lies inside everything.
  constexpr bool contains(const Rect& r) const noexcept {
    return r.empty() || (left <= r.left && top <= r.top && r.right <= right && r.bottom <= bottom);
  }
  constexpr bool contains(Point p) const noexcept {
    return left <= p.x && p.x < right && top <= p.y && p.y < bottom;
  }
  friend bool operator==(const Rect&, const Rect&) = default;
};

/// The common part; an empty Rect{} if there is none.
Rect intersect(const Rect& a, const Rect& b) noexcept;
/// The smallest rectangle around both; an empty one does not count.
Rect bounding(const Rect& a, const Rect& b) noexcept;
/// Moved by (dx, dy), saturating at the limits of int32.
Rect translate(const Rect& r, std::int32_t dx, std::int32_t dy) noexcept;
/// Widened outward to even edges, for 4:2:0 chroma, then cut to `bounds`.
Rect widen_to_even(const Rect& r, const Rect& bounds) noexcept;

/// How far the picture of the native panel is turned clockwise to be upright.
enum class Rotation { none = 0, clockwise90 = 90, clockwise180 = 180, clockwise270 = 270 };

/// Where `r`, given in the native orientation of a panel of size `native`, lies upright.
Rect rotate(const Rect& r, Size native, Rotation rotation) noexcept;

std::string to_string(const Rect& r);  ///< "L,T,R,B"
std::string to_string(Size s);         ///< "WxH"

}  // namespace rustcam
