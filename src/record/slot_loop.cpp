#include "record/slot_loop.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include "platform/thread_priority.h"

namespace rustcam {

namespace {

struct Limit {
  std::int64_t slots = std::numeric_limits<std::int64_t>::max();
  EndedBy reason = EndedBy::duration;
};

Limit limit_of(const RecordOptions& options) {
  Limit limit;
  if (options.duration_slots) limit = {*options.duration_slots, EndedBy::duration};
  if (options.frames && *options.frames <= limit.slots) limit = {*options.frames, EndedBy::frames};
  return limit;
}

}  // namespace

SlotLoop::SlotLoop(const RecordOptions& options, SlotSchedule& schedule, FrameMailbox& mailbox,
                   SlotQueue& queue, Ending& ending)
    : options_(options), schedule_(schedule), mailbox_(mailbox), queue_(queue), ending_(ending) {}

void SlotLoop::run(std::stop_token stop) {
  set_thread_role(ThreadRole::pacing, "slots");
  try {
    if (schedule_.wait_started(stop)) produce(stop);
  } catch (const std::exception& error) {
    ending_.request(EndedBy::error, error.what());
  }
  queue_.close();
}

void SlotLoop::produce(std::stop_token stop) {
  const Limit limit = limit_of(options_);
  const bool wait = options_.on_full == OnFull::wait;
  // A picture that is still being read when its slot is due is worth waiting for, but never so
  // long that the next slot suffers.
  const Duration patience = schedule_.period() * 3 / 4;
  for (std::int64_t n = 0; n < limit.slots; ++n) {
    const TimePoint sampled = schedule_.sampling_point(n);
    const bool stopped = !timer_.sleep_until(sampled, stop);
    if (stopped && n > 0) return;
    if (!stopped) schedule_.wait_looked_after(n, sampled + patience, stop);
    // Production that was held back goes on with what is on the screen now.
    take(wait ? std::max(n, schedule_.last_looked_after()) : n);
    const QueuedSlot slot = describe(n, sampled);
    if (wait ? queue_.push_waiting(slot, stop) : queue_.push(slot))
      accepted();
    else if (wait)
      return;
  }
  ending_.request(limit.reason);
}

void SlotLoop::take(std::int64_t n) {
  auto newest = mailbox_.take(n);
  if (!newest) return;
  if (waiting_) FoldDamage()(*newest, *waiting_);
  waiting_ = std::move(newest);
}

QueuedSlot SlotLoop::describe(std::int64_t n, TimePoint sampled) const {
  QueuedSlot slot;
  slot.slot = n;
  slot.sampled = sampled;
  slot.frame = waiting_ ? *waiting_ : held_;
  if (!waiting_) {
    slot.kind = SlotKind::repeated;
    slot.frame.damage.clear();
  } else {
    const bool fresh = !held_ || waiting_->desktop_sequence != held_.desktop_sequence;
    slot.kind = fresh ? SlotKind::fresh : SlotKind::pointer;
  }
  return slot;
}

void SlotLoop::accepted() {
  if (!waiting_) return;
  if (held_ && waiting_->desktop_sequence > held_.desktop_sequence)
    dropped_ += static_cast<std::int64_t>(waiting_->desktop_sequence - held_.desktop_sequence) - 1;
  held_ = std::move(*waiting_);
  waiting_.reset();
}

}  // namespace rustcam
