#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "platform/clock.h"
#include "platform/precise_timer.h"

namespace rustcam {

namespace {

/// Timers that nobody sleeps with just now. One for each thread, as a `thread_local` object, would
/// be less work, but GCC's run time for Windows frees the memory of such an object before it calls
/// its destructor, which then closes and frees whatever stands there.
class TimersAtRest {
 public:
  std::unique_ptr<PreciseTimer> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!timers_.empty()) {
        auto timer = std::move(timers_.back());
        timers_.pop_back();
        return timer;
      }
    }
    return std::make_unique<PreciseTimer>();
  }
  void put_back(std::unique_ptr<PreciseTimer> timer) {
    const std::lock_guard lock(mutex_);
    timers_.push_back(std::move(timer));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<PreciseTimer>> timers_;
};

class MachineClock final : public Clock {
 public:
  TimePoint now() const override { return rustcam::now(); }

  bool sleep_until(TimePoint deadline, const std::stop_token& stop) override {
    auto timer = timers_.take();
    const bool reached = timer->sleep_until(deadline, stop);
    timers_.put_back(std::move(timer));
    return reached;
  }

  bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
            std::optional<TimePoint> deadline, const std::stop_token& stop,
            const std::function<bool()>& done) override {
    if (deadline) return changed.wait_until(lock, stop, *deadline, done);
    return changed.wait(lock, stop, done);
  }

 private:
  TimersAtRest timers_;
};

}  // namespace

Clock& machine_clock() noexcept {
  static MachineClock clock;
  return clock;
}

}  // namespace rustcam
