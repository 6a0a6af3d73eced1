#include "record/slot_producer.h"

#include <exception>
#include <limits>
#include <optional>

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

/// Production that was held back goes on with what is on the screen now.
SlotPicker::Late late_slots(const RecordOptions& options) {
  return options.on_full == OnFull::wait ? SlotPicker::Late::newest : SlotPicker::Late::its_own;
}

}  // namespace

SlotProducer::SlotProducer(const RecordOptions& options, SlotSchedule& schedule,
                           FrameMailbox& mailbox, SlotQueue& queue, Ending& ending, Clock& clock)
    : options_(options),
      schedule_(schedule),
      queue_(queue),
      ending_(ending),
      picker_(schedule, mailbox, clock, late_slots(options)) {}

void SlotProducer::run(const std::stop_token& stop) {
  set_thread_role(ThreadRole::pacing, "slots");
  try {
    if (schedule_.wait_started(stop)) produce(stop);
  } catch (const std::exception& error) {
    ending_.request(EndedBy::error, error.what());
  }
  queue_.close();
}

void SlotProducer::produce(const std::stop_token& stop) {
  const Limit limit = limit_of(options_);
  const bool wait = options_.on_full == OnFull::wait;
  for (std::int64_t n = 0; n < limit.slots; ++n) {
    const auto slot = picker_.pick(n, stop);
    if (!slot) return;
    if (wait ? queue_.push_waiting({*slot}, stop) : queue_.push({*slot}))
      picker_.accept();
    else if (wait)
      return;
  }
  ending_.request(limit.reason);
}

}  // namespace rustcam
