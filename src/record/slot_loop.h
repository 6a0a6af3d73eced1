// The record thread's work: at each sampling point, decides what the slot holds.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "platform/precise_timer.h"
#include "record/ending.h"
#include "record/frame_mailbox.h"
#include "record/options.h"
#include "record/slot_queue.h"
#include "record/slot_schedule.h"

namespace rustcam {

class SlotLoop {
 public:
  SlotLoop(const RecordOptions& options, SlotSchedule& schedule, FrameMailbox& mailbox,
           SlotQueue& queue, Ending& ending);

  /// Produces slot after slot until the last or `stop`, then closes the queue. Slot 0 is produced
  /// whatever happens, if the clock was started.
  void run(std::stop_token stop);

  /// After run() has returned: desktop frames that were read and that no slot holds.
  std::int64_t dropped() const noexcept { return dropped_; }

 private:
  void produce(std::stop_token stop);
  void take(std::int64_t n);
  QueuedSlot describe(std::int64_t n, TimePoint sampled) const;
  void accepted();

  const RecordOptions& options_;
  SlotSchedule& schedule_;
  FrameMailbox& mailbox_;
  SlotQueue& queue_;
  Ending& ending_;
  PreciseTimer timer_;

  Frame held_;                    ///< what the last slot holds
  std::optional<Frame> waiting_;  ///< newer, in no slot yet
  std::int64_t dropped_ = 0;
};

}  // namespace rustcam
