// The passing of time, as those who wait for it see it: the machine's, or one that a test plays.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

#include "base/time.h"

namespace rustcam {

/// What capture, pacing and recording know of time and of other threads: everything that waits in
/// them waits here. All members may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual TimePoint now() const = 0;
  /// Returns at `deadline` (true), or within 50 ms of a stop request (false). A past deadline
  /// returns at once. As exact as the system can.
  virtual bool sleep_until(TimePoint deadline, const std::stop_token& stop) = 0;
  bool sleep_until(TimePoint deadline) { return sleep_until(deadline, {}); }
  /// Waits until `done`, `deadline` (nullopt: none) or a stop request, whichever comes first, and
  /// returns done(). `done` is called under `lock`; whoever changes what it depends on notifies
  /// `changed`.
  virtual bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
                    std::optional<TimePoint> deadline, const std::stop_token& stop,
                    const std::function<bool()>& done) = 0;

  /// Of a thread that is about to be started; every one is entered and left exactly once. See
  /// Worker.
  using Place = std::size_t;
  virtual Place expect_thread() { return 0; }
  virtual void enter_thread(Place) {}
  virtual void leave_thread() noexcept {}

 protected:
  Clock() = default;
  Clock(const Clock&) = default;
  Clock& operator=(const Clock&) = default;
};

/// The machine's own clock. All that it keeps are timers for the next who sleep.
Clock& machine_clock() noexcept;

}  // namespace rustcam
