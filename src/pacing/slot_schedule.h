// The slot clock as the capture thread and the record thread share it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>

#include "pacing/slot_clock.h"
#include "platform/clock.h"

namespace rustcam {

/// The capture thread starts the clock, tells it of presents and says which slots it has looked
/// after; the record thread waits for both. All members are safe from any thread.
class SlotSchedule {
 public:
  SlotSchedule(const Rational& rate, Clock& time) : time_(time), clock_(rate) {}

  void presented(TimePoint at, ScreenPhase::Watch watch);
  void set_read_lead(Duration lead);
  TimePoint start(TimePoint earliest);
  TimePoint sampling_point(std::int64_t n);
  std::optional<Duration> screen_period();
  Duration phase() const;
  Duration period() const { return clock_.period(); }
  TimePoint slot(std::int64_t n) const;
  std::int64_t slot_at(TimePoint at) const;
  TimePoint t0() const { return slot(0); }

  /// Capture will post nothing more that fills a slot up to `n`.
  void looked_after(std::int64_t n);
  std::int64_t last_looked_after() const;
  /// Returns when slot `n` is looked after, at `deadline`, or on a stop request.
  void wait_looked_after(std::int64_t n, TimePoint deadline, const std::stop_token& stop);
  bool started() const;
  /// False if `stop` or `deadline` came before the clock was started.
  bool wait_started(const std::stop_token& stop, std::optional<TimePoint> deadline = {});

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Clock& time_;
  SlotClock clock_;
  bool started_ = false;
  std::int64_t looked_after_ = -1;
};

}  // namespace rustcam
