#include "capture/slot_capture.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "base/error.h"
#include "platform/thread_priority.h"

namespace rustcam {

namespace {

using namespace std::chrono_literals;

/// Watching this long before slot 0 finds the phase of nearly every screen that moves.
constexpr Duration learning_time = 250ms;
constexpr Duration begin_noticed_within = 5ms;

/// What is being composed, and what the queue and the encoder of a recording that keeps up hold.
constexpr std::size_t soon_needed = 4;

}  // namespace

/// A call of the source lasts as long as this object.
class SlotCapture::SourceCall {
 public:
  SourceCall(SlotCapture& capture, TimePoint deadline)
      : capture_(capture), before_(capture.due_back_) {
    capture_.due_back_ = std::max(deadline, capture_.clock_.now());
  }
  ~SourceCall() { capture_.due_back_ = before_; }
  SourceCall(const SourceCall&) = delete;
  SourceCall& operator=(const SourceCall&) = delete;

 private:
  SlotCapture& capture_;
  TimePoint before_;
};

SlotCapture::SlotCapture(SlotCaptureOptions options, SlotSchedule& schedule, FrameMailbox& mailbox,
                         Clock& clock)
    : options_(std::move(options)),
      schedule_(schedule),
      mailbox_(mailbox),
      clock_(clock),
      lead_(schedule.period()) {}

void SlotCapture::open() {
  set_thread_role(ThreadRole::capture, "capture");
  const SourceCall call(*this, clock_.now());
  reader_.emplace(options_.source, clock_);
  describe();
}

SlotCapture::End SlotCapture::run(const std::stop_token& stop) {
  try {
    warm_up(first_picture(stop), stop);
    learn(stop);
    follow(stop);
  } catch (...) {
    reader_.reset();  // by the thread that opened it
    throw;
  }
  report_.bytes_read = reader_->bytes_read();
  report_.bytes_copied = reader_->bytes_copied();
  report_.recoveries = reader_->source().recoveries();
  lost_error_ = reader_->source().lost_error();
  reader_.reset();
  return end_.value_or(End::stopped);
}

Frame SlotCapture::first_picture(const std::stop_token& stop) {
  const TimePoint deadline = clock_.now() + options_.timeout;
  while (!stop.stop_requested()) {
    // What a source shows when it is opened was presented before; it says nothing of when.
    take_in(deadline, false, stop);
    if (reader_->frame_pending()) {
      if (auto frame = compose()) {
        if (!frame->accumulated_known) report_.coalesced.reset();
        mailbox_.post(0, *frame);
        {
          const std::lock_guard lock(mutex_);
          pictured_ = true;
          if (const Texture* const texture = frame->picture->texture())
            now_captured_.textures = texture->home();
          else if (options_.source.textures)
            now_captured_.texture_refusal = reader_->texture_refusal();
        }
        changed_.notify_all();
        return std::move(*frame);
      }
    }
    if (clock_.now() >= deadline)
      throw CaptureTimeout(
          "no frame came from " + reader_->source().target().name + " within " +
          std::to_string(std::chrono::ceil<std::chrono::milliseconds>(options_.timeout).count()) +
          " ms: check that the screen is on, or wait longer with --timeout");
  }
  return {};
}

/// The first read into a picture is of the whole screen, into memory that nothing has touched: it
/// may take longer than a slot lasts. So it is made while the encoder is being opened.
void SlotCapture::warm_up(Frame first, const std::stop_token& stop) {
  std::vector<Frame> held;  // so that each is another picture
  held.push_back(std::move(first));
  while (held.size() < soon_needed && !stop.stop_requested()) {
    auto frame = compose();
    if (!frame) return;
    held.push_back(*frame);
    mailbox_.post(0, std::move(*frame));
  }
}

void SlotCapture::learn(const std::stop_token& stop) {
  const TimePoint until = clock_.now() + learning_time;
  while (!stop.stop_requested() && end_ != End::resized) {
    if (turn_to_memory()) warm_up({}, stop);
    const TimePoint at = clock_.now();
    if (begun() && (end_ || at >= until || schedule_.screen_period())) return start();
    if (end_)  // slot 0 shows the first picture all the same
      clock_.sleep_until(at + begin_noticed_within, stop);
    else
      take_in(at + begin_noticed_within, true, stop);
  }
}

void SlotCapture::start() {
  // Opening the encoder took its time; whatever delays the next read, slot 0 shows what is on the
  // screen now.
  if (!end_ && anything_new())
    if (auto frame = compose()) mailbox_.post(0, std::move(*frame));
  schedule_.set_read_lead(lead_.allowance());
  schedule_.start(clock_.now());
}

void SlotCapture::follow(const std::stop_token& stop) {
  for (std::int64_t n = 0; !over(stop); n = next_slot(n)) {
    const TimePoint planned = schedule_.sampling_point(n) - lead_.allowance();
    listen(planned, stop);
    if (over(stop)) return;
    report_.pacing.add(clock_.now() - planned);
    read(n);
    lead_.took(clock_.now() - planned);
    schedule_.set_read_lead(lead_.allowance());
    schedule_.looked_after(n);
  }
}

/// Slots whose sampling points passed while the last one was worked on are beyond help.
std::int64_t SlotCapture::next_slot(std::int64_t n) {
  const TimePoint at = clock_.now();
  for (++n; schedule_.sampling_point(n) <= at; ++n) {
    report_.pacing.add(at - (schedule_.sampling_point(n) - lead_.allowance()));
    schedule_.looked_after(n);
  }
  return n;
}

void SlotCapture::listen(TimePoint until, const std::stop_token& stop) {
  std::int64_t woken_by_updates = 0;
  if (const auto window = listening_.window(schedule_.screen_period())) {
    clock_.sleep_until(until - *window, stop);
    // What waited all the while says nothing about when it was presented.
    while (take_in(TimePoint{}, false, stop) == SourceEvent::updated && clock_.now() < until) {
    }
  }
  while (!over(stop) && clock_.now() < until)
    if (take_in(until, true, stop) == SourceEvent::updated) ++woken_by_updates;
  listening_.slot_done(woken_by_updates);
}

SourceEvent SlotCapture::take_in(TimePoint deadline, bool tell, const std::stop_token& stop) {
  const Size before = reader_->region().size();
  SourceEvent event{};
  const SourceCall call(*this, deadline);
  try {
    event = reader_->next(deadline, stop);
  } catch (const AccessLost&) {
    if (!pictured_) throw;
    end_ = End::lost;
    event = SourceEvent::gave_up;
  }
  if (tell && reader_->frame_came() && reader_->presented_known())
    schedule_.presented(reader_->presented(),
                        listening_.brief() ? ScreenPhase::Watch::window : ScreenPhase::Watch::all);
  // A read may have lost it, too, since this was looked at last.
  if (event == SourceEvent::changed || reader_->lost() != described_lost_) describe();
  if (event == SourceEvent::changed && options_.stop_on_resize && pictured_ &&
      reader_->region().size() != before)
    end_ = End::resized;
  return event;
}

std::optional<Frame> SlotCapture::compose() {
  const SourceCall call(*this, clock_.now());
  return reader_->compose();
}

bool SlotCapture::anything_new() {
  const SourceCall call(*this, clock_.now());
  const bool pointer = reader_->pointer_pending();
  // What came while the pointer was asked for is on the screen that is about to be read.
  take_in(TimePoint{}, true, {});
  return !end_ && (reader_->damage_pending() || pointer);
}

/// True if that is new.
bool SlotCapture::turn_to_memory() {
  if (in_memory_ || !textures_refused_) return false;
  in_memory_ = true;
  reader_->refuse_textures();
  return true;
}

void SlotCapture::read(std::int64_t n) {
  turn_to_memory();
  if (!anything_new()) return;
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

void SlotCapture::describe() {
  const std::lock_guard lock(mutex_);
  now_captured_.target = reader_->source().target();
  now_captured_.region = reader_->region();
  described_lost_ = reader_->lost();
  loss_ = described_lost_ ? reader_->source().lost_error() : std::string();
}

SlotCapture::Opened SlotCapture::now_captured() const {
  const std::lock_guard lock(mutex_);
  return now_captured_;
}

std::string SlotCapture::loss() const {
  const std::lock_guard lock(mutex_);
  return loss_;
}

Duration SlotCapture::overdue() const {
  const TimePoint due = due_back_;
  return due == no_call ? Duration::zero() : clock_.now() - due;
}

std::optional<SlotCapture::Opened> SlotCapture::wait_opened(TimePoint deadline) {
  std::unique_lock lock(mutex_);
  const bool there = clock_.wait(lock, changed_, deadline, {}, [this] { return pictured_; });
  return there ? std::optional(now_captured_) : std::nullopt;
}

void SlotCapture::begin() {
  const std::lock_guard lock(mutex_);
  begun_ = true;
}

bool SlotCapture::begun() const {
  const std::lock_guard lock(mutex_);
  return begun_;
}

}  // namespace rustcam
