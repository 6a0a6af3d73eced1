#include "wlr_frame.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shm_pixels.h"

namespace rustcam::test {
namespace {

std::uint32_t told_stride(Faults& faults, std::uint32_t true_stride) {
  if (faults.strike(Fault::wlr_stride_padded)) return true_stride + 64;
  if (faults.strike(Fault::wlr_stride_short)) return true_stride / 2;
  if (faults.strike(Fault::wlr_stride_huge)) return 0xFFFFFFFC;
  if (faults.strike(Fault::wlr_stride_zero)) return 0;
  return true_stride;
}

}  // namespace

WlrFrame::WlrFrame(WlrScreencopy& owner, wl_resource* resource, Screen& screen, const Rect& box,
                   bool pointer_drawn)
    : owner_(owner),
      desk_(owner.desk()),
      resource_(resource),
      screen_(screen),
      box_(box),
      viewer_{wl_resource_get_client(resource), &screen, pointer_drawn},
      shape_number_(screen.shape_number()) {
  owner_.frames().push_back(this);
}

WlrFrame::~WlrFrame() {
  std::erase(owner_.frames(), this);
}

void WlrFrame::describe() {
  desk_.count("wlr_frames");
  Faults& faults = desk_.faults;
  if (screen_.gone() || box_.empty() || faults.strike(Fault::wlr_refused)) return fail();
  upside_down_ = faults.strike(Fault::wlr_y_invert);
  const std::vector<std::uint32_t> formats = told_formats(faults, desk_.formats);
  if (!faults.strike(Fault::wlr_no_buffer) && !formats.empty()) {
    offered_ = told_size(faults, box_.size());
    offered_format_ = formats.front();
    const int bytes = bytes_per_pixel(offered_format_).value_or(4);
    offered_stride_ = told_stride(faults, offered_->width * static_cast<std::uint32_t>(bytes));
    zwlr_screencopy_frame_v1_send_buffer(resource_, offered_format_, offered_->width,
                                         offered_->height, offered_stride_);
  }
  if (faults.strike(Fault::wlr_ready_early))
    zwlr_screencopy_frame_v1_send_ready(resource_, 0, 0, 0);
  if (wl_resource_get_version(resource_) < ZWLR_SCREENCOPY_FRAME_V1_BUFFER_DONE_SINCE_VERSION ||
      faults.strike(Fault::wlr_no_buffer_done))
    return;
  zwlr_screencopy_frame_v1_send_buffer_done(resource_);
  if (faults.strike(Fault::wlr_done_twice)) zwlr_screencopy_frame_v1_send_buffer_done(resource_);
}

bool WlrFrame::fits(wl_resource* buffer) const {
  const std::optional<BufferShape> shape = shape_of(buffer);
  return shape && offered_ && static_cast<std::uint32_t>(shape->size.width) == offered_->width &&
         static_cast<std::uint32_t>(shape->size.height) == offered_->height &&
         static_cast<std::uint32_t>(shape->stride) == offered_stride_ &&
         shape->format == offered_format_;
}

void WlrFrame::copy(wl_resource* buffer, bool with_damage) {
  desk_.count(with_damage ? "wlr_copies_with_damage" : "wlr_copies");
  if (used_)
    return desk_.forbid(resource_, wire::wlr_already_used, "already_used",
                        "a frame is copied that was copied or has failed");
  if (!fits(buffer))
    return desk_.forbid(resource_, wire::wlr_invalid_buffer, "wrong_buffer",
                        "a frame is copied into a buffer of another kind than was asked for");
  used_ = true;
  with_damage_ = with_damage;
  Faults& faults = desk_.faults;
  if (screen_.gone() || shape_number_ != screen_.shape_number() || faults.strike(Fault::wlr_failed))
    return fail();
  use_ = std::make_unique<BufferUse>(desk_, buffer);
  not_before_ = told_answer_time(faults);
  if (faults.strike(Fault::resize_pending)) return screen_.change_mode();
  if (!with_damage || !owner_.changes(viewer_).region.empty()) screen_.request_frame(now());
}

void WlrFrame::present(TimePoint when) {
  if (not_before_ > when) {
    if (not_before_ != TimePoint::max()) screen_.request_frame(not_before_);
    return;
  }
  WlrScreencopy::Changes& changes = owner_.changes(viewer_);
  if (with_damage_ && changes.region.empty()) return;
  if (use_->buffer() == nullptr) return fail();
  write();
  use_.reset();
  zwlr_screencopy_frame_v1_send_flags(resource_, upside_down_ ? wire::wlr_y_invert : 0);
  if (with_damage_)
    tell_damage(changes.everything ? Region(Rect::of(screen_.size())) : changes.region);
  changes = {.region = {}, .everything = false};
  const ToldTime time = told_time(desk_.faults, when).value_or(ToldTime{});
  const int answers = desk_.faults.strike(Fault::ready_twice) ? 2 : 1;
  for (int i = 0; i < answers; ++i)
    zwlr_screencopy_frame_v1_send_ready(resource_, time.seconds_high, time.seconds_low,
                                        time.nanoseconds);
  desk_.count("wlr_ready");
}

void WlrFrame::write() {
  std::optional<PointerOverlay> overlay;
  if (viewer_.pointer_drawn) overlay.emplace(desk_, screen_);
  use_->with_memory([&](ShmView view) {
    view.upside_down = upside_down_;
    write_pixels(screen_.pixels(), screen_.turn(), box_, {box_.left, box_.top}, view);
  });
}

void WlrFrame::tell_damage(const Region& upright) {
  Region damage = screen_.turn().to_buffer(upright);
  damage.intersect(box_);
  damage.translate(-box_.left, -box_.top);
  for (const ToldRect& r : told_damage(desk_.faults, damage, box_.size()).rects)
    zwlr_screencopy_frame_v1_send_damage(
        resource_, static_cast<std::uint32_t>(r.x), static_cast<std::uint32_t>(r.y),
        static_cast<std::uint32_t>(r.width), static_cast<std::uint32_t>(r.height));
}

void WlrFrame::fail() {
  use_.reset();
  used_ = true;
  zwlr_screencopy_frame_v1_send_failed(resource_);
  desk_.count("wlr_failed");
}

}  // namespace rustcam::test
