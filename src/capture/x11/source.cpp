#include "capture/x11/source.h"

#include <poll.h>
#include <xcb/randr.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "capture/x11/change_finder.h"
#include "capture/x11/connection.h"
#include "capture/x11/damage_tracker.h"
#include "capture/x11/image_reader.h"
#include "capture/x11/lease.h"
#include "capture/x11/outputs.h"
#include "capture/x11/pixel_layout.h"
#include "capture/x11/pointer_tracker.h"
#include "capture/x11/shared_pictures.h"
#include "image/convert.h"
#include "platform/fd_waiter_posix.h"

namespace rustcam::x11 {
namespace {

PixelLayout supported_layout(const Connection& connection) {
  PixelLayout layout = root_layout(connection);
  if (!layout.supported()) throw DuplicationError(unsupported_pixels(layout));
  return layout;
}

/// Reading this many times the pixels that are asked for costs as much as copying those does.
constexpr std::int64_t worth_reading_numerator = 3;
constexpr std::int64_t worth_reading_denominator = 2;

TargetInfo present_output(const Connection& connection, const TargetInfo& wanted) {
  auto found = find_output(connection, wanted.identity);
  if (!found) throw AccessLost("output " + wanted.name + " is off or unplugged");
  return *std::move(found);
}

Patience for_opening(const SourceOptions& options) {
  Patience patience = options.patience;
  if (options.open_within) patience.limit = std::min(patience.limit, *options.open_within);
  return patience;
}

/// While it lives, the server tells of changes of its outputs.
class OutputWatch {
 public:
  explicit OutputWatch(const Connection& connection) noexcept : connection_(connection) {
    // Monitors that a user defines or deletes are announced to the root window's watchers only.
    select(XCB_EVENT_MASK_STRUCTURE_NOTIFY, XCB_RANDR_NOTIFY_MASK_SCREEN_CHANGE |
                                                XCB_RANDR_NOTIFY_MASK_CRTC_CHANGE |
                                                XCB_RANDR_NOTIFY_MASK_OUTPUT_CHANGE);
  }
  ~OutputWatch() { select(XCB_EVENT_MASK_NO_EVENT, 0); }
  OutputWatch(const OutputWatch&) = delete;
  OutputWatch& operator=(const OutputWatch&) = delete;

 private:
  void select(std::uint32_t structure, std::uint16_t outputs) const noexcept {
    xcb_connection_t* c = connection_.get();
    xcb_change_window_attributes(c, connection_.root(), XCB_CW_EVENT_MASK, &structure);
    if (connection_.randr().present) xcb_randr_select_input(c, connection_.root(), outputs);
  }

  const Connection& connection_;
};

class Source final : public FrameSource {
 public:
  Source(const TargetInfo& target, const SourceOptions& options)
      : lease_(for_opening(options)),
        connection_(*lease_),
        watch_(connection_),
        layout_(supported_layout(connection_)),
        reader_(connection_, layout_),
        pictures_(connection_),
        opaque_(options.opaque) {
    if (changes_unknown(connection_, layout_).empty())
      damage_.emplace(connection_);
    else
      finder_.emplace(connection_, reader_, layout_);
    if (options.pointer) pointer_tracker_.emplace(connection_);
    // After the selections, so that no change after the look-up goes unseen.
    target_ = present_output(connection_, target);
    connection_.set_patience(options.patience);
  }

  const TargetInfo& target() const noexcept override { return target_; }
  AcquireStatus acquire(TimePoint deadline, std::stop_token stop) override;
  const DesktopUpdate& update() const noexcept override { return update_; }
  void release() noexcept override { connection_.send(); }
  Picture make_picture(Size size) override { return pictures_.make(size); }
  ReadCost read(const Region& region, Picture& picture, Point origin) override;
  const Pointer& pointer() override;
  Loss last_loss() const override { return loss_; }

 private:
  bool concerns_outputs(int event_type) const noexcept;
  void take_events();
  std::optional<AcquireStatus> follow_output();
  void find_changes(bool waiting);
  void look();
  const Region& pending() const noexcept {
    return damage_ ? damage_->pending() : finder_->pending();
  }
  void acknowledge();
  TimePoint presented(bool desktop) const;
  bool take_update();
  bool read_in_place(const Region& region, Picture& picture, Point origin);
  void take_events_of_read();

  ConnectionLease lease_;
  const Connection& connection_;
  OutputWatch watch_;
  PixelLayout layout_;
  FdWaiter waiter_;
  std::optional<DamageTracker> damage_;  ///< or `finder_`, if nobody tells what changes
  ImageReader reader_;
  std::optional<ChangeFinder> finder_;
  SharedPictures pictures_;
  bool opaque_;
  std::optional<PointerTracker> pointer_tracker_;
  TargetInfo target_;
  Pointer pointer_;
  DesktopUpdate update_;
  Region dirty_;
  Loss loss_;
  bool everything_dirty_ = true;
  bool shape_changed_ = false;
  bool outputs_changed_ = false;
  bool lost_ = false;
};

bool Source::concerns_outputs(int event_type) const noexcept {
  const Extension& randr = connection_.randr();
  return event_type == XCB_CONFIGURE_NOTIFY ||
         (randr.present && (event_type == randr.first_event + XCB_RANDR_SCREEN_CHANGE_NOTIFY ||
                            event_type == randr.first_event + XCB_RANDR_NOTIFY));
}

AcquireStatus Source::acquire(TimePoint deadline, std::stop_token stop) {
  if (lost_) return AcquireStatus::access_lost;
  const std::stop_callback wake(stop, [this] { waiter_.wake(); });
  const bool waiting = now() < deadline;
  for (;;) {
    if (stop.stop_requested()) return AcquireStatus::cancelled;
    take_events();
    if (outputs_changed_)
      if (const auto status = follow_output()) return *status;
    find_changes(waiting);
    if (take_update()) return AcquireStatus::updated;
    if (now() >= deadline) return AcquireStatus::timed_out;
    connection_.flush();
    waiter_.wait(connection_.descriptor(), POLLIN,
                 finder_ ? std::min(deadline, finder_->next_look()) : deadline);
  }
}

void Source::take_events() {
  auto next = &xcb_poll_for_event;
  while (const Owned<xcb_generic_event_t> event{next(connection_.get())}) {
    // Only the first call reads the socket: one system call for a whole burst.
    next = &xcb_poll_for_queued_event;
    if (damage_ && damage_->handle(*event, target_.desktop, now())) continue;
    if (pointer_tracker_ && pointer_tracker_->handle(*event))
      shape_changed_ = true;
    else if (concerns_outputs(event->response_type & 0x7f))
      outputs_changed_ = true;
  }
  connection_.check_open();
}

std::optional<AcquireStatus> Source::follow_output() {
  outputs_changed_ = false;
  auto found = find_output(connection_, target_.identity);
  if (!found) {
    lost_ = true;
    loss_ = {"", "output " + target_.name + " is off or unplugged"};
    return AcquireStatus::access_lost;
  }
  const TargetInfo before = std::exchange(target_, *std::move(found));
  if (before.desktop == target_.desktop) return std::nullopt;
  everything_dirty_ = true;
  if (before.size() == target_.size()) return std::nullopt;
  return AcquireStatus::resized;
}

void Source::find_changes(bool waiting) {
  if (!finder_ || outputs_changed_) return;
  const TimePoint due = waiting ? finder_->next_look() : finder_->next_poll();
  if (everything_dirty_ || now() >= due) look();
}

void Source::look() {
  try {
    finder_->look(target_.desktop);
  } catch (const AccessLost&) {
    // A screen that has just become smaller, perhaps; then there is an event that says so.
    take_events();
    if (!outputs_changed_) throw;
  }
}

void Source::acknowledge() {
  if (damage_)
    damage_->acknowledge();
  else
    finder_->clear_pending();
}

TimePoint Source::presented(bool desktop) const {
  if (everything_dirty_ || !desktop) return now();
  return damage_ ? damage_->drawn() : finder_->looked();
}

bool Source::take_update() {
  // The first event of a burst may be here before the rest of what a program draws in one go. When
  // the answer comes, the server has got through what it had from that program.
  if (damage_ && !everything_dirty_ && !pending().empty()) {
    connection_.reply(xcb_get_input_focus_reply, xcb_get_input_focus(connection_.get()),
                      "waiting for the X server to draw");
    take_events();
  }
  const bool desktop = everything_dirty_ || !pending().empty();
  if (!desktop && !shape_changed_) return false;
  update_ = {};
  update_.accumulated_known = false;
  update_.accumulated_frames = desktop ? 1 : 0;
  update_.presented = presented(desktop);
  update_.presented_known = damage_.has_value();
  dirty_ = everything_dirty_ ? Region(Rect::of(target_.size())) : pending();
  update_.dirty = &dirty_;
  if (desktop) acknowledge();
  everything_dirty_ = false;
  shape_changed_ = false;
  return true;
}

ReadCost Source::read(const Region& region, Picture& picture, Point origin) {
  Region inside = region;
  inside.intersect(Rect::of(target_.size()));
  if (read_in_place(inside, picture, origin)) return {};
  reader_.fetch(inside, {target_.desktop.left, target_.desktop.top});
  if (layout_.has_colormap()) follow_colormap(connection_, layout_);
  take_events_of_read();
  reader_.deliver(picture.view(), origin);
  return {inside.area() * bytes_per_sample(PixelFormat::bgra, 0)};
}

/// The server writes rows without gaps, so it is whole rows of the picture that it can write in
/// place. False, with nothing done, if that cannot be or would take longer than a copy.
bool Source::read_in_place(const Region& region, Picture& picture, Point origin) {
  const ShmSegment* segment = pictures_.segment_of(picture.view().row(0));
  if (segment == nullptr || !layout_.is_bgrx()) return false;
  const Rect bounds = region.bounds();
  const Rect rows{origin.x, bounds.top, origin.x + picture.size().width, bounds.bottom};
  if (rows.area() * worth_reading_denominator > region.area() * worth_reading_numerator)
    return false;
  const ImageView part = crop(picture.view(), translate(rows, -origin.x, -origin.y));
  reader_.read_into(*segment, static_cast<std::size_t>(part.row(0) - segment->data()), rows,
                    {target_.desktop.left, target_.desktop.top});
  take_events_of_read();
  if (opaque_) make_opaque(part);
  return true;
}

/// To be called once the answer to a read is here, and before anybody gets to see it.
void Source::take_events_of_read() {
  take_events();
  if (outputs_changed_) {
    // If the output has moved, the pixels just read may be another output's: nobody asked to
    // have those.
    const auto found = find_output(connection_, target_.identity);
    if (!found || found->desktop != target_.desktop)
      throw AccessLost("output " + target_.name + " changed while it was being read");
  }
}

const Pointer& Source::pointer() {
  if (!pointer_tracker_) return pointer_;
  pointer_tracker_->locate();
  take_events();
  pointer_tracker_->follow_shape();
  shape_changed_ = false;
  pointer_ = pointer_tracker_->seen_from(target_.desktop);
  return pointer_;
}

}  // namespace

std::unique_ptr<FrameSource> open_source(const TargetInfo& target, const SourceOptions& options) {
  return std::make_unique<Source>(target, options);
}

}  // namespace rustcam::x11
