// The encoder thread's work: from the queue into the files, keeping count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "base/histogram.h"
#include "record/ending.h"
#include "record/options.h"
#include "record/segments.h"
#include "record/slot_queue.h"
#include "record/timestamps_writer.h"

namespace rustcam {

/// What the slots that left the queue came to.
struct SlotTotals {
  std::int64_t slots = 0;
  std::int64_t fresh = 0;
  std::int64_t repeated = 0;
  std::int64_t late = 0;
  std::int64_t pointer_only = 0;
  std::int64_t unencoded = 0;
  std::int64_t protected_slots = 0;
  std::int64_t samples = 0;  ///< written to the sink
  Duration last_lag{};       ///< of the last write: handed to the sink, less its sampling point
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

 private:
  void drain();
  void consume(const QueuedSlot& entry);
  void merged(const QueuedSlot& entry);
  bool is_due(std::int64_t slot) const;
  void write(const Frame& frame, const Region& damage, std::int64_t slot, TimePoint sampled,
             SlotKind kind);
  void remember(SlotKind kind);
  void count_unencoded(std::int64_t samples);
  void write_last();
  void count(const Frame& frame, std::int64_t slot, SlotKind kind);
  void watch_size();
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
  /// Of the samples that the encoder may still hold; more than any encoder delays.
  static constexpr std::size_t most_unencoded = 512;
  std::deque<SlotKind> recent_;
  std::int64_t bytes_before_ = 0;
  std::int64_t largest_step_ = 0;
  SlotTotals totals_;
  std::optional<Failure> failure_;

  mutable std::mutex mutex_;
  Progress progress_;
  std::int64_t unencoded_ = 0;
  Duration behind_{};
};

}  // namespace rustcam
