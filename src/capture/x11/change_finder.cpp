#include "capture/x11/change_finder.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace rustcam::x11 {
namespace {

using namespace std::chrono_literals;

constexpr Duration between_looks = 16667us;
constexpr Duration between_polls = 4ms;
/// What differs is told in squares of this side.
constexpr std::int32_t tile = 64;

bool same_pixels(const ImageView& a, const ImageView& b, const Rect& part) {
  const auto bytes = static_cast<std::size_t>(part.width()) * 4;
  for (std::int32_t y = part.top; y < part.bottom; ++y)
    if (std::memcmp(a.row(y) + std::ptrdiff_t{part.left} * 4,
                    b.row(y) + std::ptrdiff_t{part.left} * 4, bytes) != 0)
      return false;
  return true;
}

}  // namespace

TimePoint ChangeFinder::next_look() const noexcept {
  return done_ + between_looks;
}

TimePoint ChangeFinder::next_poll() const noexcept {
  return done_ + between_polls;
}

void ChangeFinder::look(const Rect& desktop) {
  const TimePoint begun = now();
  const Size size = desktop.size();
  if (next_.size() != size) next_ = Image(PixelFormat::bgra, size);
  reader_->fetch(Rect::of(size), {desktop.left, desktop.top});
  if (layout_->has_colormap()) follow_colormap(*connection_, *layout_);
  reader_->deliver(next_.view(), {});
  if (last_.size() == size)
    compare();
  else
    pending_ = Region(Rect::of(size));
  std::swap(last_, next_);
  looked_ = begun;
  done_ = now();
}

void ChangeFinder::compare() {
  const Rect all = Rect::of(next_.size());
  for (std::int32_t y = 0; y < all.bottom; y += tile) {
    // One rectangle for each row of tiles: more would cost more in requests than they save.
    Rect changed;
    for (std::int32_t x = 0; x < all.right; x += tile) {
      const Rect part = intersect({x, y, x + tile, y + tile}, all);
      if (same_pixels(last_.view(), next_.view(), part)) continue;
      changed = changed.empty() ? part : Rect{changed.left, y, part.right, part.bottom};
    }
    if (!changed.empty()) pending_.add(changed);
  }
}

}  // namespace rustcam::x11
