#include "capture/portal/source.h"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "image/buffer_view.h"
#include "image/difference.h"
#include "image/pixel_format.h"
#include "platform/fd_waiter_posix.h"

namespace rustcam::portal {
namespace {

/// A stream that stops after it has been streaming may stay so for ever (after suspend, after a
/// change of mode); a screen that does not change leaves it streaming.
constexpr Duration stalled_is_loss = std::chrono::seconds(3);
/// What has changed is found in bands of so many rows.
constexpr std::int32_t band_rows = 16;
/// How often a stop request is looked for at least.
constexpr Duration look_again = std::chrono::milliseconds(500);

/// Readable if one of the two is.
UniqueFd either(int one, int other) {
  UniqueFd both(epoll_create1(EPOLL_CLOEXEC));
  for (const int fd : {one, other}) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (!both.valid() || epoll_ctl(both.get(), EPOLL_CTL_ADD, fd, &event) != 0)
      throw CaptureError("the system has no descriptors left to wait for the screen cast");
  }
  return both;
}

class Source final : public FrameSource {
 public:
  Source(std::unique_ptr<LiveCast> live, TargetInfo target, bool opaque,
         std::shared_ptr<LossBook> book)
      : live_(std::move(live)),
        stream_(*live_->stream),
        target_(std::move(target)),
        opaque_(opaque),
        book_(std::move(book)),
        events_(either(stream_.descriptor(), live_->conversation->descriptor())) {
    pointer_.embedded = pointer_.visible = live_->cursor == CursorMode::embedded;
    told_pointer_ = pointer_;
  }

  const TargetInfo& target() const noexcept override { return target_; }
  AcquireStatus acquire(TimePoint deadline, std::stop_token stop) override;
  const DesktopUpdate& update() const noexcept override { return update_; }
  void release() noexcept override {}
  ReadCost read(const Region& region, Picture& picture, Point origin) override;
  const Pointer& pointer() override;
  Loss last_loss() const override { return loss_; }

 private:
  bool lost_now();
  bool lose(std::string why);
  void compare();
  std::optional<AcquireStatus> take_arrival();
  void become(Size pixels);
  AcquireStatus deliver();
  AcquireStatus deliver_pointer();

  std::unique_ptr<LiveCast> live_;
  Stream& stream_;
  TargetInfo target_;
  bool opaque_;
  std::shared_ptr<LossBook> book_;
  UniqueFd events_;
  FdWaiter waiter_;

  std::optional<Arrival> arrival_;
  bool undelivered_ = false;  ///< arrival_ is newer than what update() told of
  bool everything_dirty_ = true;
  bool streamed_ = false;
  Transform transform_;
  Pointer pointer_;
  Pointer told_pointer_;
  DesktopUpdate update_;
  Region dirty_;
  Loss loss_;
  bool lost_ = false;
};

bool Source::lose(std::string why) {
  lost_ = true;
  loss_ = {{}, std::move(why)};
  return true;
}

/// Throws DeviceError if PipeWire or the bus has gone.
bool Source::lost_now() {
  const Stream::Status status = stream_.look();
  // First: a desktop whose PipeWire has gone ends the cast as well.
  if (status.gone) throw DeviceError(stream_.failure());
  if (const auto why = live_->conversation->ended()) {
    book_->desktop_ended_it(now());
    return lose(*why);
  }
  switch (status.state) {
    case Stream::State::beginning:
      return false;
    case Stream::State::streaming:
      streamed_ = true;
      return false;
    case Stream::State::paused:
      if (!streamed_ || now() - status.since < stalled_is_loss) return false;
      return lose("the screen cast has stalled: its stream stays paused");
    case Stream::State::failed:
      break;
  }
  return lose(stream_.failure());
}

AcquireStatus Source::acquire(TimePoint deadline, std::stop_token stop) {
  if (lost_) return AcquireStatus::access_lost;
  const std::stop_callback wake(stop, [this] { waiter_.wake(); });
  for (;;) {
    if (stop.stop_requested()) return AcquireStatus::cancelled;
    if (lost_now()) return AcquireStatus::access_lost;
    if (undelivered_) return deliver();
    if (const auto status = take_arrival()) return *status;
    if (pointer() != told_pointer_ && arrival_) return deliver_pointer();
    const TimePoint at = now();
    if (at >= deadline) return AcquireStatus::timed_out;
    waiter_.wait(events_.get(), POLLIN, std::min(deadline, at + look_again));
  }
}

std::optional<AcquireStatus> Source::take_arrival() {
  std::optional<Arrival> newer = stream_.take();
  if (!newer) return std::nullopt;
  arrival_ = std::move(newer);
  compare();
  const BufferView& view = arrival_->view;
  if (view.transform != transform_) everything_dirty_ = true;
  transform_ = view.transform;
  target_.native_format = view.format->name;
  undelivered_ = true;
  const Size upright = view.transform.upright(view.size);
  if (upright == target_.size()) return deliver();
  everything_dirty_ = true;
  become(upright);
  return AcquireStatus::resized;
}

/// What a desktop does not tell, or what was lost on the way: copying and converting what has not
/// changed costs more than to look.
void Source::compare() {
  if (!arrival_->before) return;
  const BufferView& before = *arrival_->before;
  const BufferView& view = arrival_->view;
  Region changed = difference({before.data, before.stride}, {view.data, view.stride}, view.size,
                              view.format->bytes, band_rows);
  arrival_->before.reset();
  if (stream_.give_back_before()) arrival_->damage = std::move(changed);
}

void Source::become(Size pixels) {
  // How large the desktop is now, the portal does not tell.
  target_.pixels.reset();
  target_.scale = 1;
  target_.desktop = Rect::of(Point{target_.desktop.left, target_.desktop.top}, pixels);
}

AcquireStatus Source::deliver() {
  undelivered_ = false;
  update_ = {};
  update_.accumulated_frames = std::max<std::uint32_t>(arrival_->frames, 1);
  // Arrivals are noted at once, by a thread of their own, so they too tell the phase of the screen.
  update_.presented = arrival_->presented.value_or(arrival_->arrived);
  dirty_.clear();
  const BufferView& view = arrival_->view;
  if (everything_dirty_ || !arrival_->damage) {
    dirty_ = Region(Rect::of(target_.size()));
  } else {
    for (const Rect& r : arrival_->damage->rects())
      dirty_.add(view.transform.upright(r, view.size));
  }
  update_.dirty = &dirty_;
  everything_dirty_ = false;
  told_pointer_ = pointer();
  return AcquireStatus::updated;
}

AcquireStatus Source::deliver_pointer() {
  told_pointer_ = pointer_;
  dirty_.clear();
  update_ = {};
  update_.presented = now();
  update_.dirty = &dirty_;
  return AcquireStatus::updated;
}

const Pointer& Source::pointer() {
  if (live_->cursor == CursorMode::metadata) pointer_ = stream_.pointer();
  return pointer_;
}

ReadCost Source::read(const Region& region, Picture& picture, Point origin) {
  if (!arrival_) throw AccessLost("the screen cast has not shown a picture yet");
  Region inside = region;
  inside.intersect(Rect::of(target_.size()));
  copy_upright(arrival_->view, inside, picture.view(), origin, opaque_);
  return {inside.area() * bytes_per_sample(PixelFormat::bgra, 0)};
}

}  // namespace

std::unique_ptr<FrameSource> make_source(std::unique_ptr<LiveCast> live, TargetInfo target,
                                         bool opaque, std::shared_ptr<LossBook> book) {
  return std::make_unique<Source>(std::move(live), std::move(target), opaque, std::move(book));
}

}  // namespace rustcam::portal
