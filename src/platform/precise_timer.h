// Sleeping until an instant, as exactly as the system can.
#pragma once

#include <memory>
#include <stop_token>

#include "base/time.h"

namespace rustcam {

/// For one thread at a time. Asks the system for its finest timer (Linux: timer slack of 1 ns and
/// clock_nanosleep on an absolute deadline; Windows: a high-resolution waitable timer).
class PreciseTimer {
 public:
  PreciseTimer();
  ~PreciseTimer();
  PreciseTimer(const PreciseTimer&) = delete;
  PreciseTimer& operator=(const PreciseTimer&) = delete;

  /// Returns at `deadline` (true), or within 50 ms of a stop request (false). A past deadline
  /// returns at once.
  bool sleep_until(TimePoint deadline, std::stop_token stop = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rustcam
