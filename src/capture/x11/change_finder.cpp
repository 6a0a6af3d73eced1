#include "capture/x11/change_finder.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "image/difference.h"
#include "image/image_view.h"
#include "image/pixel_format.h"

namespace rustcam::x11 {
namespace {

using namespace std::chrono_literals;

constexpr Duration between_looks = 16667us;
constexpr Duration between_polls = 4ms;
/// One rectangle at most for so many rows: more would cost more in requests than they save.
constexpr std::int32_t band_rows = 64;

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
  pending_.add(difference(as_const(last_.view()).planes[0], as_const(next_.view()).planes[0],
                          next_.size(), bytes_per_sample(PixelFormat::bgra, 0), band_rows));
}

}  // namespace rustcam::x11
