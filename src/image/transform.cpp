#include "image/transform.h"

#include <array>
#include <utility>

namespace rustcam {
namespace {

// Of the eight transforms: an upright column x (row y) lies backwards along the side of the buffer
// that it follows.
constexpr std::array<bool, 8> backward_x{false, true, true, false, true, false, false, true};
constexpr std::array<bool, 8> backward_y{false, false, true, true, false, false, true, true};

struct Range {
  std::int32_t begin;
  std::int32_t end;
};

constexpr Range mirrored(Range r, bool backward, std::int32_t length) {
  return backward ? Range{length - r.end, length - r.begin} : r;
}

}  // namespace

std::optional<Transform> Transform::of(std::int64_t number) noexcept {
  if (number < 0 || number >= static_cast<std::int64_t>(backward_x.size())) return std::nullopt;
  return Transform{static_cast<std::uint32_t>(number), false};
}

bool Transform::mirrors_x() const noexcept {
  return backward_x[turn] != (y_invert && transposes());
}

bool Transform::mirrors_y() const noexcept {
  return backward_y[turn] != (y_invert && !transposes());
}

Rect Transform::upright(const Rect& r, Size buffer) const noexcept {
  const Size size = upright(buffer);
  Range x{r.left, r.right};
  Range y{r.top, r.bottom};
  if (transposes()) std::swap(x, y);
  x = mirrored(x, mirrors_x(), size.width);
  y = mirrored(y, mirrors_y(), size.height);
  return {x.begin, y.begin, x.end, y.end};
}

Rect Transform::in_buffer(const Rect& upright_rect, Size buffer) const noexcept {
  const Size size = upright(buffer);
  Range x = mirrored({upright_rect.left, upright_rect.right}, mirrors_x(), size.width);
  Range y = mirrored({upright_rect.top, upright_rect.bottom}, mirrors_y(), size.height);
  if (transposes()) std::swap(x, y);
  return {x.begin, y.begin, x.end, y.end};
}

Rotation Transform::rotation() const noexcept {
  static constexpr std::array<Rotation, 4> rotations{
      Rotation::none, Rotation::clockwise90, Rotation::clockwise180, Rotation::clockwise270};
  return rotations[turn & 3u];
}

}  // namespace rustcam
