#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

#include "platform/clock.h"
#include "platform/precise_timer.h"

namespace rustcam {

namespace {

class MachineClock final : public Clock {
 public:
  TimePoint now() const override { return rustcam::now(); }

  bool sleep_until(TimePoint deadline, const std::stop_token& stop) override {
    // A timer belongs to its thread.
    thread_local PreciseTimer timer;
    return timer.sleep_until(deadline, stop);
  }

  bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
            std::optional<TimePoint> deadline, const std::stop_token& stop,
            const std::function<bool()>& done) override {
    if (deadline) return changed.wait_until(lock, stop, *deadline, done);
    return changed.wait(lock, stop, done);
  }
};

}  // namespace

Clock& machine_clock() noexcept {
  static MachineClock clock;
  return clock;
}

}  // namespace rustcam
