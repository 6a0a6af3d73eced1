// The encoder thread's work: from the queue into the files, keeping count.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/histogram.h"
#include "record/ending.h"
#include "record/options.h"
#include "record/segments.h"
#include "record/slot_ledger.h"
#include "record/slot_queue.h"
#include "record/timestamps_writer.h"

namespace rustcam {

/// What the slots that left the queue came to, and in the end what of it the files hold.
struct SlotTotals : SlotCounts {
  Duration last_lag{};  ///< of the last write: handed to the sink, less its sampling point
  /// Samples a second of real time, as `fps.achieved`. A last slot that was handed over within its
  /// period has kept up.
  double achieved_fps(Duration length, Duration period) const noexcept;
  Histogram latency;
  Histogram encode;
};

class EncodeLoop {
 public:
  /// `timestamps` may be null.
  EncodeLoop(const RecordOptions& options, const SlotSchedule& schedule, SlotQueue& queue,
             Ending& ending, Segments& segments, TimestampsWriter* timestamps, Clock& clock);

  /// Until the queue ends; then finishes the files. Never throws: failures go to `ending` and
  /// failure().
  void run();

  /// Any thread.
  Progress progress() const;
  /// Any thread: true if slots had to be left out because encoding takes too long.
  bool overloaded() const;
  /// Any thread: how late the newest slot was handed on, beyond its period. If production is
  /// held back, the recording is so much shorter than what it shows took.
  Duration behind() const;

  /// After run() has returned.
  const SlotTotals& totals() const noexcept { return totals_; }
  struct Failure {
    EndedBy kind = EndedBy::error;
    std::string text;
  };
  /// What went wrong with a file, if anything did. A reader that closed its pipe is no failure.
  const std::optional<Failure>& failure() const noexcept { return failure_; }
  /// True if there was something that --max-size had no room for.
  bool size_reached() const noexcept { return size_reached_; }

 private:
  void drain();
  void consume(const QueuedSlot& entry);
  void merged(const QueuedSlot& entry);
  bool is_due(std::int64_t slot) const;
  void write(const Frame& frame, const Region& damage, std::int64_t slot, TimePoint sampled);
  void write_last();
  void count(const Frame& frame, std::int64_t slot, SlotKind kind);
  void settle();
  void publish();
  template <typename Work>
  bool guarded(Work&& work);

  const RecordOptions& options_;
  const SlotSchedule& schedule_;
  SlotQueue& queue_;
  Ending& ending_;
  Segments& segments_;
  TimestampsWriter* timestamps_;
  Clock& clock_;
  const Duration period_;

  Frame last_frame_;
  std::int64_t last_written_ = -1;
  std::int64_t done_ = 0;  ///< slots that were handed on without a failure
  SlotLedger ledger_;
  SlotTotals totals_;
  std::optional<Failure> failure_;
  bool size_reached_ = false;

  mutable std::mutex mutex_;
  Progress progress_;
  std::int64_t unencoded_ = 0;
  Duration behind_{};
};

}  // namespace rustcam
