#include "stimulus/mover.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rustcam {

namespace {

Size window_size_for(Size screen) noexcept {
  return {std::clamp(screen.width * 5 / 24, 1, 400), std::clamp(screen.height * 2 / 9, 1, 240)};
}

std::vector<Bgra> make_window(Size size) {
  const std::int32_t title = size.height / 8;
  std::vector<Bgra> window = make_page(size, bgra(250, 248, 240), bgra(30, 30, 34), 77);
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      const bool border = x == 0 || y == 0 || x == size.width - 1 || y == size.height - 1;
      Bgra& pixel = window[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
                           static_cast<std::size_t>(x)];
      if (border)
        pixel = bgra(20, 20, 24);
      else if (y < title)
        pixel = bgra(36, 110, 200);
    }
  return window;
}

}  // namespace

Mover::Mover(Size size, SceneOptions options)
    : Scene(size, options),
      window_size_(window_size_for(size)),
      window_(make_window(window_size_)),
      orbit_({size.width - window_size_.width + 1, size.height - window_size_.height + 1}) {}

void Mover::paint(std::int64_t n, const Rect& r, const Canvas& canvas) const {
  const Rect window = window_rect(n);
  const Rect over = intersect(r, window);
  if (over != r) {
    Region behind(r);
    behind.subtract(over);
    for (const Rect& part : behind.rects()) wallpaper_.paint(part, canvas);
  }
  for (std::int32_t y = over.top; y < over.bottom; ++y)
    canvas.copy_row(over.left, y,
                    window_.data() + std::ptrdiff_t{y - window.top} * window_size_.width +
                        (over.left - window.left),
                    over.width());
}

Region Mover::changed(std::int64_t from, std::int64_t to) const {
  const Rect before = window_rect(from);
  const Rect after = window_rect(to);
  if (before == after) return {};
  Region region(before);
  region.add(after);
  return region;
}

}  // namespace rustcam
