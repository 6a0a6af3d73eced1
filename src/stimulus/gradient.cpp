#include "stimulus/gradient.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace rustcam {

namespace {

constexpr std::int64_t period = 1536;
constexpr std::int64_t step = 5;  // pixels a frame; shares no factor with the period

// A wheel of hues without sine or floating point, so that it is the same on every machine.
std::uint32_t wheel(std::int64_t position) noexcept {
  const std::int64_t p = position % period;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(std::abs(p - period / 2) - period / 6, 0, 255));
}

std::int64_t phase_of(std::int64_t n) noexcept {
  return n % period * step % period;
}

}  // namespace

Gradient::Gradient(Size size, SceneOptions options) : Scene(size, options) {
  const auto length = period + size.width;
  ramp_.reserve(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i)
    ramp_.push_back(bgra(wheel(i), wheel(i + period / 3), wheel(i + period * 2 / 3)));
}

void Gradient::paint(std::int64_t n, const Rect& r, const Canvas& canvas) const {
  for (std::int32_t y = r.top; y < r.bottom; ++y) {
    const std::int64_t begin = (phase_of(n) + y) % period + r.left;
    canvas.copy_row(r.left, y, ramp_.data() + begin, r.width());
  }
}

Region Gradient::changed(std::int64_t from, std::int64_t to) const {
  return phase_of(from) == phase_of(to) ? Region() : Region(Rect::of(size()));
}

}  // namespace rustcam
