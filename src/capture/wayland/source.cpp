#include "capture/wayland/source.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "capture/wayland/cursor_tracker.h"
#include "capture/wayland/ext_grabber.h"
#include "capture/wayland/grabber.h"
#include "capture/wayland/heartbeat.h"
#include "capture/wayland/outputs.h"
#include "capture/wayland/wlr_grabber.h"
#include "image/buffer_view.h"
#include "image/pixel_format.h"

namespace rustcam::wayland {
namespace {

constexpr Duration first_pause = std::chrono::milliseconds(10);
constexpr Duration longest_pause = std::chrono::milliseconds(200);
/// A compositor that refuses for so long is not just between two modes.
constexpr Duration refusing_is_loss = std::chrono::seconds(2);

Patience for_opening(const SourceOptions& options) {
  Patience patience = options.patience;
  if (options.open_within) patience.limit = std::min(patience.limit, *options.open_within);
  return patience;
}

class Source final : public FrameSource {
 public:
  Source(const TargetInfo& target, const SourceOptions& options);

  const TargetInfo& target() const noexcept override { return target_; }
  AcquireStatus acquire(TimePoint deadline, std::stop_token stop) override;
  const DesktopUpdate& update() const noexcept override { return update_; }
  void release() noexcept override {}
  ReadCost read(const Region& region, Picture& picture, Point origin) override;
  const Pointer& pointer() override;
  Loss last_loss() const override { return loss_; }

 private:
  void open_ext(bool with_pointer);
  bool find_output();
  AcquireStatus lose(std::string why, std::string code = {});
  std::optional<AcquireStatus> follow_output();
  std::optional<AcquireStatus> follow_grabber();
  std::optional<AcquireStatus> take_grab();
  void retarget(Size pixels);
  AcquireStatus deliver();

  ConnectionLease lease_;
  Connection& connection_;
  Heartbeat heartbeat_;
  Duration limit_;  ///< of patience
  FdWaiter waiter_;
  Outputs outputs_;
  TargetInfo target_;
  const Output* output_ = nullptr;
  std::uint64_t output_revision_ = 0;
  Proxy<ext_image_copy_capture_manager_v1> manager_;  ///< of ext-image-copy-capture only
  Proxy<ext_image_capture_source_v1> image_source_;   ///< as well
  std::unique_ptr<Grabber> grabber_;
  std::optional<CursorTracker> cursor_;
  bool opaque_;
  Pointer pointer_;

  std::optional<Grab> grab_;
  Size grab_size_;  ///< of its buffer
  Transform transform_;
  bool undelivered_ = false;  ///< grab_ is newer than what update() told of
  bool everything_dirty_ = true;
  std::optional<TimePoint> refusing_since_;
  TimePoint retry_at_{};
  Duration pause_ = first_pause;
  DesktopUpdate update_;
  Region dirty_;
  Loss loss_;
  bool lost_ = false;
};

Source::Source(const TargetInfo& target, const SourceOptions& options)
    : lease_(for_opening(options)),
      connection_(*lease_),
      heartbeat_(connection_),
      limit_(options.patience.limit),
      outputs_(connection_),
      target_(target),
      opaque_(options.opaque) {
  if (!find_output()) throw AccessLost("output " + target.name + " is off or unplugged");
  const OutputState& state = output_->state();
  retarget(state.transform.upright(state.mode));
  if (const std::string why = not_capturable(connection_); !why.empty())
    throw DuplicationError(why);
  if (offers_ext(connection_)) {
    open_ext(options.pointer);
  } else {
    grabber_ = open_wlr_grabber(connection_, *output_, options.pointer);
    pointer_.visible = pointer_.embedded = options.pointer;
  }
  connection_.set_patience(options.patience);
}

void Source::open_ext(bool with_pointer) {
  constexpr std::uint32_t without_pointer = 0;
  manager_ = ext_manager(connection_);
  image_source_ = ext_source_of(connection_, output_->get());
  grabber_ = open_ext_grabber(
      connection_,
      Proxy<ext_image_copy_capture_session_v1>(ext_image_copy_capture_manager_v1_create_session(
          manager_.get(), image_source_.get(), without_pointer)),
      false);
  if (!with_pointer) return;
  cursor_.emplace(connection_, manager_.get(), image_source_.get());
  // The first tells whether there is a pointing device; the second, where it is.
  for (int i = 0; i < 2; ++i) {
    connection_.roundtrip();
    cursor_->pointer();
  }
  // Its image is drawn a little later. Without it, the first pictures would have no pointer.
  constexpr Duration image_wait = std::chrono::milliseconds(100);
  for (const TimePoint end = now() + image_wait; cursor_->awaits_image() && now() < end;) {
    connection_.wait(waiter_, end);
    cursor_->pointer();
  }
}

const Pointer& Source::pointer() {
  if (!cursor_) return pointer_;
  connection_.take_events();
  return cursor_->pointer();
}

bool Source::find_output() {
  output_ = outputs_.find(target_.identity);
  if (output_ != nullptr) output_revision_ = output_->revision();
  return output_ != nullptr;
}

void Source::retarget(Size pixels) {
  TargetInfo now_seen = target_of(output_->state(), pixels);
  now_seen.identity = target_.identity;
  now_seen.index = target_.index;
  now_seen.pointer_embedded = target_.pointer_embedded;
  now_seen.native_format = target_.native_format;
  if (now_seen.name.empty()) now_seen.name = target_.name;
  target_ = std::move(now_seen);
}

AcquireStatus Source::lose(std::string why, std::string code) {
  lost_ = true;
  loss_ = {std::move(code), std::move(why)};
  return AcquireStatus::access_lost;
}

AcquireStatus Source::acquire(TimePoint deadline, std::stop_token stop) {
  if (lost_) return AcquireStatus::access_lost;
  const std::stop_callback wake(stop, [this] { waiter_.wake(); });
  if (stop.stop_requested()) return AcquireStatus::cancelled;
  connection_.take_events();
  for (;;) {
    if (const auto status = follow_output()) return *status;
    if (undelivered_) return deliver();
    if (const auto status = follow_grabber()) return *status;
    TimePoint look_at = deadline;
    try {
      look_at = std::min(deadline, heartbeat_.beat(limit_));
    } catch (const AccessLost& silence) {
      return lose(silence.what(), silence.native_code());
    }
    if (now() >= deadline) return AcquireStatus::timed_out;
    connection_.wait(waiter_, refusing_since_ ? std::min(look_at, retry_at_) : look_at);
    if (stop.stop_requested()) return AcquireStatus::cancelled;
  }
}

std::optional<AcquireStatus> Source::follow_output() {
  const std::uint32_t global = output_->global();
  if (outputs_.follow()) {
    // Another output may have the name of one that went.
    if (!find_output() || output_->global() != global)
      return lose("output " + target_.name + " is off or unplugged");
  }
  if (output_revision_ == output_->revision()) return std::nullopt;
  output_revision_ = output_->revision();
  // What the turn means for a picture is settled when the picture is here.
  retarget(target_.size());
  return std::nullopt;
}

std::optional<AcquireStatus> Source::follow_grabber() {
  switch (grabber_->state()) {
    case Grabber::State::waiting:
      return std::nullopt;
    case Grabber::State::ready:
      return take_grab();
    case Grabber::State::stopped:
      return lose(grabber_->reason());
    case Grabber::State::failed:
      break;
  }
  const TimePoint at = now();
  if (!refusing_since_) {
    refusing_since_ = at;
    pause_ = first_pause;
    retry_at_ = at + pause_;
  }
  if (at - *refusing_since_ >= refusing_is_loss) return lose(grabber_->reason());
  if (at >= retry_at_) {
    pause_ = std::min(pause_ * 2, longest_pause);
    retry_at_ = at + pause_;
    grabber_->retry();
  }
  return std::nullopt;
}

std::optional<AcquireStatus> Source::take_grab() {
  refusing_since_.reset();
  heartbeat_.heard();
  grab_ = grabber_->take();
  // The next picture is asked for by this, long before the next acquire() perhaps.
  connection_.flush();
  BufferView& view = grab_->view;
  // The picture may be here before the word that the output has another mode.
  if (view.size != output_->state().mode && view.size != grab_size_) connection_.roundtrip();
  grab_size_ = view.size;
  if (!grab_->transform_known) view.transform.turn = output_->state().transform.turn;
  if (view.transform != transform_) everything_dirty_ = true;
  transform_ = view.transform;
  target_.native_format = view.format->name;
  const Size upright = view.transform.upright(view.size);
  const bool same_place = upright == target_.size();
  if (same_place && !everything_dirty_ && grab_->damage && grab_->damage->empty())
    return std::nullopt;
  undelivered_ = true;
  if (same_place) return deliver();
  everything_dirty_ = true;
  retarget(upright);
  return AcquireStatus::resized;
}

AcquireStatus Source::deliver() {
  undelivered_ = false;
  update_ = {};
  update_.accumulated_known = false;
  update_.accumulated_frames = 1;
  update_.presented_known = grab_->presented.has_value();
  update_.presented = grab_->presented.value_or(now());
  dirty_.clear();
  if (everything_dirty_ || !grab_->damage) {
    dirty_ = Region(Rect::of(target_.size()));
  } else {
    for (const Rect& r : grab_->damage->rects())
      dirty_.add(grab_->view.transform.upright(r, grab_->view.size));
  }
  update_.dirty = &dirty_;
  everything_dirty_ = false;
  return AcquireStatus::updated;
}

ReadCost Source::read(const Region& region, Picture& picture, Point origin) {
  if (!grab_) throw AccessLost("output " + target_.name + " has not shown a picture yet");
  Region inside = region;
  inside.intersect(Rect::of(target_.size()));
  copy_upright(grab_->view, inside, picture.view(), origin, opaque_);
  return {inside.area() * bytes_per_sample(PixelFormat::bgra, 0)};
}

}  // namespace

std::string not_capturable(const Connection& connection) {
  if (offers_ext(connection) || offers_wlr(connection)) return {};
  return "this compositor offers no protocol to capture screens by (neither "
         "ext-image-copy-capture nor wlr-screencopy)";
}

std::string protocol_in_use(const Connection& connection) {
  if (offers_ext(connection)) return "by ext-image-copy-capture";
  return offers_wlr(connection) ? "by wlr-screencopy" : "";
}

std::string pointer_embedded(const Connection& connection) {
  if (offers_ext(connection)) return {};
  return "wlr-screencopy cannot leave out a pointer that the compositor draws itself, as sway 1.7 "
         "and outputs without a hardware cursor do";
}

std::unique_ptr<FrameSource> open_source(const TargetInfo& target, const SourceOptions& options) {
  return std::make_unique<Source>(target, options);
}

}  // namespace rustcam::wayland
