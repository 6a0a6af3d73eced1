#include "record/capture_loop.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "base/error.h"
#include "platform/thread_priority.h"
#include "record/slot_queue.h"

namespace rustcam {

namespace {

using namespace std::chrono_literals;

/// Enough for the queue to the encoder, what the encoder and the record thread hold, and the one
/// being composed; where they run out, slots repeat and nothing is lost.
constexpr std::size_t pool_frames = 12;

/// Watching this long before slot 0 finds the phase of nearly every screen that moves.
constexpr Duration learning_time = 250ms;
constexpr Duration begin_noticed_within = 5ms;

/// A source that was opened anew and says nothing for so long shows what it has.
constexpr Duration first_update_patience = 250ms;

}  // namespace

CaptureLoop::CaptureLoop(const RecordOptions& options, SlotSchedule& schedule,
                         FrameMailbox& mailbox, Ending& ending)
    : options_(options),
      schedule_(schedule),
      mailbox_(mailbox),
      ending_(ending),
      composer_({options.selection.region, options.cursor, pool_frames}),
      lead_(schedule.period()) {}

void CaptureLoop::run(std::stop_token stop) {
  set_thread_role(ThreadRole::capture, "capture");
  const Selection& selection = options_.selection;
  SourceOptions source_options;
  source_options.pointer = options_.cursor;
  source_options.opaque = options_.plan.keeps_alpha();
  source_.emplace(selection.session, source_options, selection.region,
                  RecoveryPolicy{options_.reopen_on_loss, options_.give_up_after});
  composer_.attach(*source_->source());
  composer_.reserve();
  first_picture(stop);
  try {
    learn(stop);
    follow(stop);
  } catch (const std::exception& error) {
    ending_.request(EndedBy::error, error.what());
  }
  report_.recoveries = source_->recoveries();
  composer_.detach();
  source_.reset();
}

void CaptureLoop::first_picture(std::stop_token stop) {
  const TimePoint deadline = now() + options_.timeout;
  while (!stop.stop_requested()) {
    // What a source shows when it is opened was presented before; it says nothing of when.
    const SourceEvent event = take(deadline, false, stop);
    if (event == SourceEvent::gave_up) throw CaptureError(source_->lost_error());
    if (event == SourceEvent::timed_out || event == SourceEvent::lost)
      throw CaptureTimeout(
          "no frame came from " + source_->target().name + " within " +
          std::to_string(std::chrono::ceil<std::chrono::milliseconds>(options_.timeout).count()) +
          " ms: check that the screen is on, or wait longer with --timeout");
    if (event != SourceEvent::updated || !composer_.desktop_frame_pending()) continue;
    if (auto frame = compose()) {
      if (!frame->accumulated_known) report_.coalesced.reset();
      mailbox_.post(0, std::move(*frame));
      return announce();
    }
  }
}

void CaptureLoop::learn(std::stop_token stop) {
  const TimePoint until = now() + learning_time;
  bool gone = false;
  while (!stop.stop_requested()) {
    const TimePoint at = now();
    if (begun() && (gone || at >= until || schedule_.screen_period())) {
      schedule_.set_read_lead(lead_.allowance());
      schedule_.start(at);
      return;
    }
    if (gone)
      timer_.sleep_until(at + begin_noticed_within, stop);
    else
      gone = take(at + begin_noticed_within, true, stop) == SourceEvent::gave_up;
  }
}

void CaptureLoop::follow(std::stop_token stop) {
  for (std::int64_t n = 0; !stop.stop_requested(); n = next_slot(n)) {
    const TimePoint planned = schedule_.sampling_point(n) - lead_.allowance();
    listen(planned, stop);
    if (stop.stop_requested()) return;
    report_.pacing.add(now() - planned);
    read(n);
    lead_.took(now() - planned);
    schedule_.set_read_lead(lead_.allowance());
    schedule_.looked_after(n);
  }
}

/// Slots whose sampling points passed while the last one was worked on are beyond help.
std::int64_t CaptureLoop::next_slot(std::int64_t n) {
  const TimePoint at = now();
  for (++n; schedule_.sampling_point(n) <= at; ++n) {
    report_.pacing.add(at - (schedule_.sampling_point(n) - lead_.allowance()));
    schedule_.looked_after(n);
  }
  return n;
}

void CaptureLoop::listen(TimePoint until, std::stop_token stop) {
  woken_by_updates_ = 0;
  if (const auto window = listening_.window(schedule_.screen_period())) {
    timer_.sleep_until(until - *window, stop);
    // What waited all the while says nothing about when it was presented.
    while (take(TimePoint{}, false, stop) == SourceEvent::updated && now() < until) {
    }
  }
  for (;;) {
    switch (take(until, true, stop)) {
      case SourceEvent::updated:
        ++woken_by_updates_;
        break;
      case SourceEvent::changed:
        break;
      case SourceEvent::timed_out:
      case SourceEvent::lost:
        return listening_.slot_done(woken_by_updates_);
      case SourceEvent::gave_up:
        if (options_.reopen_on_loss)
          ending_.request(EndedBy::source_lost, source_->lost_error());
        else
          ending_.request(EndedBy::source);
        return;
      case SourceEvent::cancelled:
        return;
    }
    if (stop.stop_requested() || now() >= until) return listening_.slot_done(woken_by_updates_);
  }
}

SourceEvent CaptureLoop::take(TimePoint deadline, bool tell, std::stop_token stop) {
  const SourceEvent event = source_->acquire(deadline, stop);
  if (event == SourceEvent::updated) {
    const UpdateLease lease(*source_->source());
    const DesktopUpdate& update = source_->source()->update();
    composer_.note(update);
    if (update.accumulated_frames > 0) {
      blank_since_.reset();
      if (tell)
        schedule_.presented(update.presented, listening_.brief() ? ScreenPhase::Watch::window
                                                                 : ScreenPhase::Watch::all);
    }
  } else if (event == SourceEvent::changed) {
    changed();
  } else if (event == SourceEvent::lost) {
    composer_.detach();
  }
  return event;
}

void CaptureLoop::changed() {
  const Size before = composer_.size();
  composer_.attach(*source_->source());
  composer_.reserve();
  blank_since_ = now();
  if (options_.on_resize == OnResize::stop && composer_.size() != before)
    ending_.request(EndedBy::source);
}

/// True where there is something new to compose.
bool CaptureLoop::look() {
  if (!source_->source()) return false;
  bool pointer = false;
  try {
    pointer = options_.cursor && composer_.poll_pointer();
  } catch (const CaptureError& error) {
    composer_.detach();
    source_->report_loss(error);
    return false;
  }
  // What came while the pointer was asked for is on the screen that is about to be read.
  take(TimePoint{}, true, {});
  if (!source_->source()) return false;
  if (blank_since_ && now() - *blank_since_ < first_update_patience) return false;
  return composer_.desktop_pending() || pointer;
}

void CaptureLoop::read(std::int64_t n) {
  if (!look()) return;
  auto frame = compose();
  if (!frame) return;
  if (!frame->accumulated_known)
    report_.coalesced.reset();
  else if (report_.coalesced && frame->accumulated_frames > 1)
    *report_.coalesced += frame->accumulated_frames - 1;
  // Whoever is late may hold what was presented after the sampling point: that is the next slot's.
  std::int64_t slot = n;
  while (slot < n + 2 && frame->presented > schedule_.sampling_point(slot)) ++slot;
  mailbox_.post(slot, std::move(*frame));
}

std::optional<Frame> CaptureLoop::compose() {
  try {
    auto frame = composer_.compose();
    if (frame) {
      report_.bytes_read += composer_.last_cost().bytes_read;
      report_.bytes_copied += composer_.last_cost().bytes_copied;
    }
    return frame;
  } catch (const CaptureError& error) {
    composer_.detach();
    source_->report_loss(error);
    return std::nullopt;
  }
}

void CaptureLoop::announce() {
  {
    const std::lock_guard lock(mutex_);
    opened_ = Opened{source_->target(), composer_.region()};
  }
  changed_.notify_all();
}

std::optional<CaptureLoop::Opened> CaptureLoop::wait_opened(TimePoint deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [&] { return opened_.has_value(); });
  return opened_;
}

void CaptureLoop::begin() {
  const std::lock_guard lock(mutex_);
  begun_ = true;
}

bool CaptureLoop::begun() {
  const std::lock_guard lock(mutex_);
  return begun_;
}

}  // namespace rustcam
