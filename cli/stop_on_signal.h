// Signals as stop requests.
#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

#include "platform/precise_timer.h"
#include "platform/signals.h"
#include "platform/start_thread.h"

namespace rustcam::cli {

/// Requests a stop within about 50 ms of the first request to end.
class StopOnSignal {
 public:
  explicit StopOnSignal(const EndSignals& signals)
      : watcher_(start_thread([this, &signals](const std::stop_token& over) {
          constexpr Duration look = std::chrono::milliseconds(50);
          PreciseTimer timer;
          while (timer.sleep_until(now() + look, over))
            if (signals.count() > 0 || now() >= end_.load()) {
              stop_.request_stop();
              return;
            }
        })) {}
  std::stop_token token() const { return stop_.get_token(); }
  /// Requests it at `end` too.
  void end_at(TimePoint end) noexcept { end_ = end; }

 private:
  std::stop_source stop_;
  std::atomic<TimePoint> end_{TimePoint::max()};
  std::jthread watcher_;
};

}  // namespace rustcam::cli
