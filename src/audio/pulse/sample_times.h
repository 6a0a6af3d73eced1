// When the samples of a stream were made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/time.h"

namespace rustcam::pulse {

/// Tells when any sample was made, by what the server said of some.
class SampleTimes {
 public:
  explicit SampleTimes(int rate) : rate_(rate) {}
  /// Sample `position` (counted from any start) was made at `made`, as far as the server knows.
  /// True if that shows, for the third time in a row, that samples before it were lost: what was
  /// learnt before holds no more.
  bool learn(std::int64_t position, TimePoint made);
  /// Perhaps something was lost: whoever learns more soon knows.
  bool doubtful() const noexcept { return late_ > 0; }
  /// What was learnt holds no more: something was lost, or the device slept.
  void forget() noexcept;
  bool known() const noexcept { return !known_.empty(); }
  /// Before learn(): the epoch.
  TimePoint at(std::int64_t position) const;

  Duration lasting(std::int64_t frames) const { return Duration(frames * 1'000'000'000 / rate_); }

 private:
  struct Known {
    std::int64_t position = 0;
    TimePoint made{};
  };

  int rate_;
  std::deque<Known> known_;  ///< the newest ones
  std::size_t late_ = 0;     ///< so many of them, the newest, say that something was lost
};

}  // namespace rustcam::pulse
