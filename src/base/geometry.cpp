#include "base/geometry.h"

#include <algorithm>
#include <limits>

namespace rustcam {
namespace {

std::int32_t saturate(std::int64_t v) noexcept {
  constexpr std::int64_t lowest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t highest = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::clamp(v, lowest, highest));
}

}  // namespace

Rect Rect::of(Point origin, Size s) {
  return {origin.x, origin.y, saturate(std::int64_t{origin.x} + s.width),
          saturate(std::int64_t{origin.y} + s.height)};
}

Rect intersect(const Rect& a, const Rect& b) noexcept {
  const Rect r{std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
               std::min(a.bottom, b.bottom)};
  return r.empty() ? Rect{} : r;
}

Rect bounding(const Rect& a, const Rect& b) noexcept {
  if (a.empty()) return b.empty() ? Rect{} : b;
  if (b.empty()) return a;
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

Rect translate(const Rect& r, std::int32_t dx, std::int32_t dy) noexcept {
  return {saturate(std::int64_t{r.left} + dx), saturate(std::int64_t{r.top} + dy),
          saturate(std::int64_t{r.right} + dx), saturate(std::int64_t{r.bottom} + dy)};
}

Rect widen_to_even(const Rect& r, const Rect& bounds) noexcept {
  if (r.empty()) return {};
  const auto up = [](std::int32_t v) { return saturate(std::int64_t{v} + (v & 1)); };
  return intersect({r.left - (r.left & 1), r.top - (r.top & 1), up(r.right), up(r.bottom)}, bounds);
}

Rect rotate(const Rect& r, Size native, Rotation rotation) noexcept {
  switch (rotation) {
    case Rotation::none:
      return r;
    case Rotation::clockwise90:
      return {native.height - r.bottom, r.left, native.height - r.top, r.right};
    case Rotation::clockwise180:
      return {native.width - r.right, native.height - r.bottom, native.width - r.left,
              native.height - r.top};
    case Rotation::clockwise270:
      return {r.top, native.width - r.right, r.bottom, native.width - r.left};
  }
  return r;
}

std::string to_string(const Rect& r) {
  return std::to_string(r.left) + "," + std::to_string(r.top) + "," + std::to_string(r.right) +
         "," + std::to_string(r.bottom);
}

std::string to_string(Size s) {
  return std::to_string(s.width) + "x" + std::to_string(s.height);
}

}  // namespace rustcam
