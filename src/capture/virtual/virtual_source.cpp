#include "capture/virtual/virtual_source.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <stop_token>
#include <utility>

#include "base/error.h"
#include "capture/virtual/virtual_pointer.h"

namespace rustcam::virtual_display {
namespace {

void fill_black(const Region& region, const ImageView& into, Point origin) {
  for (const Rect& part : region.rects()) {
    const Rect r = intersect(translate(part, -origin.x, -origin.y), Rect::of(into.size));
    for (std::int32_t y = r.top; y < r.bottom; ++y) {
      std::uint8_t* row = into.row(y);
      for (std::int32_t x = r.left; x < r.right; ++x) {
        static constexpr std::uint8_t black[4] = {0, 0, 0, 255};
        std::memcpy(row + std::ptrdiff_t{x} * 4, black, sizeof black);
      }
    }
  }
}

}  // namespace

VirtualSource::VirtualSource(TargetInfo target, Screen screen, TimePoint epoch, bool pointer)
    : target_(std::move(target)),
      screen_(std::move(screen)),
      epoch_(epoch),
      follows_pointer_(pointer) {
  if (screen_.pointer && follows_pointer_) {
    pointer_.visible = true;
    pointer_.shape = pointer_shape(*screen_.pointer);
  }
  follow_size(elapsed_s(now()));
}

double VirtualSource::elapsed_s(TimePoint at) const {
  return to_s(at - epoch_);
}

bool VirtualSource::follow_size(double t) {
  const Size size = screen_.size_at(t);
  target_.rotation = screen_.rotation_at(t);
  if (scene_ && scene_->size() == size) return false;
  scene_ = make_scene(screen_.stimulus, size, {.hz = screen_.hz});
  target_.desktop = Rect::of(size);
  present_ = -1;
  return true;
}

AcquireStatus VirtualSource::acquire(TimePoint deadline, std::stop_token stop) {
  while (true) {
    if (stop.stop_requested()) return AcquireStatus::cancelled;
    const TimePoint at = now();
    const double t = elapsed_s(at);
    if (screen_.dead_at(t))
      throw DeviceError("the virtual display has closed, as its name asks (death=)",
                        "VIRTUAL_DEATH");
    if (screen_.lost_at(t)) {
      loss_ = {"VIRTUAL_LOSS", "the virtual output was lost, as its name asks (loss=)"};
      return AcquireStatus::access_lost;
    }
    if (follow_size(t)) return AcquireStatus::resized;
    if (take_desktop_update(t) || take_pointer_update(t)) return AcquireStatus::updated;
    if (at >= deadline) return AcquireStatus::timed_out;
    timer_.sleep_until(next_wake(t, deadline), stop);
  }
}

std::int64_t VirtualSource::newest_present(double t) const {
  std::int64_t present = std::max<std::int64_t>(0, screen_.present_at(t));
  while (present > 0 && !screen_.delivered(present)) --present;
  return present;
}

bool VirtualSource::take_desktop_update(double t) {
  const std::int64_t present = newest_present(t);
  const std::int64_t frame = screen_.frame_of(present);
  const bool first = present_ < 0;
  const bool was_black = black_;
  // A scene that stands still presents nothing after its first picture; a repeated picture of one
  // that moves is a present.
  const bool scene_moves = first || !scene_->dirty(frame, frame + 1).empty();
  if (!first && (present <= present_ || !(scene_moves || was_black))) return false;

  black_ = updates_ < screen_.black;
  dirty_ = first || black_ || was_black ? Region(Rect::of(scene_->size()))
                                        : scene_->dirty(screen_.frame_of(present_), frame);
  update_ = {};
  update_.presented = epoch_ + slot_offset(screen_.hz, present);
  update_.accumulated_frames =
      first
          ? 1
          : static_cast<std::uint32_t>(std::clamp<std::int64_t>(present - present_, 1, UINT32_MAX));
  update_.dirty = &dirty_;
  present_ = std::max(present, present_);
  ++updates_;
  return true;
}

bool VirtualSource::take_pointer_update(double t) {
  if (!pointer_.visible || screen_.pointer_hz <= 0) return false;
  const auto tick = static_cast<std::int64_t>(std::floor(t * screen_.pointer_hz));
  if (tick <= pointer_tick_) return false;
  pointer_tick_ = tick;
  dirty_.clear();
  update_ = {};
  update_.presented = epoch_ + slot_offset(screen_.hz, std::max<std::int64_t>(0, present_));
  update_.dirty = &dirty_;
  return true;
}

TimePoint VirtualSource::next_wake(double t, TimePoint deadline) const {
  TimePoint wake = deadline;
  const auto consider = [&](TimePoint at) { wake = std::min(wake, at); };
  if (const auto event = screen_.next_event(t)) consider(epoch_ + from_s(*event));
  const bool stalled = screen_.stall && screen_.stall->contains(t);
  const std::int64_t frame = screen_.frame_of(present_);
  if (!stalled && !scene_->dirty(frame, frame + 1).empty()) {
    std::int64_t next = std::max(present_, screen_.present_at(t)) + 1;
    while (!screen_.delivered(next)) ++next;
    consider(epoch_ + slot_offset(screen_.hz, next) + Duration(1));
  } else if (black_) {
    consider(epoch_ + slot_offset(screen_.hz, screen_.present_at(t) + 1) + Duration(1));
  }
  if (pointer_.visible && screen_.pointer_hz > 0)
    consider(epoch_ + from_s(static_cast<double>(pointer_tick_ + 1) / screen_.pointer_hz));
  return wake;
}

ReadCost VirtualSource::read(const Region& region, Picture& picture, Point origin) {
  if (black_)
    fill_black(region, picture.view(), origin);
  else
    scene_->draw(screen_.frame_of(std::max<std::int64_t>(0, present_)), region, picture.view(),
                 origin);
  return {region.area() * bytes_per_sample(PixelFormat::bgra, 0)};
}

const Pointer& VirtualSource::pointer() {
  if (pointer_.visible) pointer_.top_left = screen_.pointer_position(elapsed_s(now()));
  return pointer_;
}

}  // namespace rustcam::virtual_display
