// The record thread's work: slot after slot into the queue.
#pragma once

#include <cstdint>
#include <stop_token>

#include "capture/slot_picker.h"
#include "record/ending.h"
#include "record/options.h"
#include "record/slot_queue.h"

namespace rustcam {

class SlotProducer {
 public:
  SlotProducer(const RecordOptions& options, SlotSchedule& schedule, FrameMailbox& mailbox,
               SlotQueue& queue, Ending& ending, Clock& clock);

  /// Produces slot after slot until the last or `stop`, then closes the queue. Slot 0 is produced
  /// whatever happens, if the clock was started.
  void run(const std::stop_token& stop);

  /// After run() has returned: desktop frames that were read and that no slot holds.
  std::int64_t dropped() const noexcept { return picker_.dropped(); }

 private:
  void produce(const std::stop_token& stop);

  const RecordOptions& options_;
  SlotSchedule& schedule_;
  SlotQueue& queue_;
  Ending& ending_;
  SlotPicker picker_;
};

}  // namespace rustcam
