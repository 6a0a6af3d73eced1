// Whether the machine has time for us.
#pragma once

#include <optional>
#include <thread>
#include <vector>

#include "base/time.h"

namespace rustcam {

/// Wakes a hundred times a second while it lives and notes how late that was: a thread that sleeps
/// most of the time is late only if every core is taken.
class WakeWatch {
 public:
  WakeWatch();
  /// Ends the watch. The share, 0..1, of wake-ups that were more than 2 ms late.
  double late_share();

 private:
  void run(const std::stop_token& stop);

  std::vector<Duration> lateness_;
  std::jthread thread_;
};

}  // namespace rustcam
