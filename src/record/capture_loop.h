// The capture thread's work: follows the source and reads it once a slot.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "capture/composer.h"
#include "capture/recovery.h"
#include "platform/precise_timer.h"
#include "record/ending.h"
#include "record/frame_mailbox.h"
#include "record/histogram.h"
#include "record/listening.h"
#include "record/options.h"
#include "record/read_lead.h"
#include "record/slot_schedule.h"

namespace rustcam {

/// Opens the source, posts its first picture, learns when the screen shows its frames, starts the
/// clock once told to begin, and then reads at most once a slot, as late before the sampling point
/// as reading allows. run() belongs to the capture thread; what is said of other members, to any.
class CaptureLoop {
 public:
  /// What is captured; known with the first picture.
  struct Opened {
    TargetInfo target;
    Rect region;
  };
  struct Report {
    Histogram pacing;  ///< work begun, less planned
    std::int64_t bytes_read = 0;
    std::int64_t bytes_copied = 0;
    std::optional<std::int64_t> coalesced = 0;
    std::vector<Recovery> recoveries;
  };

  CaptureLoop(const RecordOptions& options, SlotSchedule& schedule, FrameMailbox& mailbox,
              Ending& ending);

  /// Until `stop`. Throws what opening and the first picture throw; later ends through Ending.
  void run(std::stop_token stop);

  /// Any thread: waits for the first picture (up to `deadline`); nullopt where there is none yet.
  std::optional<Opened> wait_opened(TimePoint deadline);
  /// Any thread: the sink is ready, slot 0 may come.
  void begin();
  /// After run() has returned.
  const Report& report() const noexcept { return report_; }

 private:
  void first_picture(std::stop_token stop);
  void warm_up(std::stop_token stop);
  void learn(std::stop_token stop);
  void follow(std::stop_token stop);
  bool begun();
  void announce();

  void listen(TimePoint until, std::stop_token stop);
  SourceEvent take(TimePoint deadline, bool tell, std::stop_token stop);
  void changed();
  bool look();
  void read(std::int64_t n);
  std::optional<Frame> compose();
  std::int64_t next_slot(std::int64_t n);

  const RecordOptions& options_;
  SlotSchedule& schedule_;
  FrameMailbox& mailbox_;
  Ending& ending_;

  FrameComposer composer_;
  std::optional<RecoveringSource> source_;
  PreciseTimer timer_;
  ReadLead lead_;
  Listening listening_;
  std::int64_t woken_by_updates_ = 0;
  std::optional<TimePoint> blank_since_;  ///< opened anew, and nothing brought since
  Report report_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Opened> opened_;
  bool begun_ = false;
};

}  // namespace rustcam
