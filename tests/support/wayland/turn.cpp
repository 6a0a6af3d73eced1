#include "turn.h"

#include <cstddef>
#include <cstdint>

namespace rustcam::test {
namespace {

struct Range {
  std::int32_t begin;
  std::int32_t end;
};

Range mirrored(Range r, bool mirror, std::int32_t length) noexcept {
  return mirror ? Range{length - r.end, length - r.begin} : r;
}

template <typename Map>
Region each(const Region& from, Map map) {
  Region to;
  for (const Rect& r : from.rects()) to.add(map(r));
  return to;
}

}  // namespace

// The buffer shows the picture turned by 90 degrees for each step of the lower two bits, counter
// clockwise; the third bit mirrors it from left to right first.
Turn::Turn(std::int32_t transform, Size upright) noexcept
    : upright_(upright),
      swap_(transform % 2 == 1),
      mirror_x_(transform == 1 || transform == 2 || transform == 4 || transform == 7),
      mirror_y_(transform == 2 || transform == 3 || transform == 6 || transform == 7) {}

Size Turn::buffer_size() const noexcept {
  return swap_ ? Size{upright_.height, upright_.width} : upright_;
}

Rect Turn::to_buffer(const Rect& upright) const noexcept {
  const Range x = mirrored({upright.left, upright.right}, mirror_x_, upright_.width);
  const Range y = mirrored({upright.top, upright.bottom}, mirror_y_, upright_.height);
  return swap_ ? Rect{y.begin, x.begin, y.end, x.end} : Rect{x.begin, y.begin, x.end, y.end};
}

Rect Turn::to_upright(const Rect& buffer) const noexcept {
  const Rect r = swap_ ? Rect{buffer.top, buffer.left, buffer.bottom, buffer.right} : buffer;
  const Range x = mirrored({r.left, r.right}, mirror_x_, upright_.width);
  const Range y = mirrored({r.top, r.bottom}, mirror_y_, upright_.height);
  return {x.begin, y.begin, x.end, y.end};
}

Region Turn::to_buffer(const Region& upright) const {
  return each(upright, [&](const Rect& r) { return to_buffer(r); });
}

Region Turn::to_upright(const Region& buffer) const {
  return each(buffer, [&](const Rect& r) { return to_upright(r); });
}

Turn::Steps Turn::steps() const noexcept {
  const std::ptrdiff_t right = mirror_x_ ? -1 : 1;
  const std::ptrdiff_t below = mirror_y_ ? -std::ptrdiff_t{upright_.width} : upright_.width;
  Steps steps;
  if (mirror_x_) steps.origin += upright_.width - 1;
  if (mirror_y_) steps.origin += std::ptrdiff_t{upright_.height - 1} * upright_.width;
  steps.across = swap_ ? below : right;
  steps.down = swap_ ? right : below;
  return steps;
}

}  // namespace rustcam::test
