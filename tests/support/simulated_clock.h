// A clock that tests play: whole recordings pass at once, and always in the same way.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "platform/clock.h"

namespace rustcam::test {

/// Of all threads that it knows, one runs at a time; the others wait for their turn, which comes in
/// the order in which they were made. When all of them wait for something that only time can bring,
/// the time of the first one's deadline has come. So work takes no time at all, but for what sleeps
/// on this clock. The thread that makes it is the first that it knows; others come by Worker.
/// If all wait without a deadline, the program ends with a message.
class SimulatedClock final : public Clock {
 public:
  SimulatedClock();

  /// As on a busy machine: whoever waits for an instant is woken so much after it.
  void wake_late_by(Duration lateness);

  TimePoint now() const override;
  bool sleep_until(TimePoint deadline, const std::stop_token& stop) override;
  using Clock::sleep_until;
  bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
            std::optional<TimePoint> deadline, const std::stop_token& stop,
            const std::function<bool()>& done) override;

  Place expect_thread() override;
  void enter_thread(Place place) override;
  void leave_thread() noexcept override;

 private:
  struct Thread {
    std::thread::id id;
    bool alive = true;
    std::optional<TimePoint> deadline;  ///< of what it waits for
  };

  Place mine() const;
  void pass_on(Place from);
  void let_others_run(std::optional<TimePoint> deadline);
  void let_time_pass();
  std::optional<TimePoint> wakes_at(std::optional<TimePoint> deadline) const;

  mutable std::mutex mutex_;
  std::condition_variable turn_;
  Duration lateness_{};
  TimePoint now_{Duration(1'000'000'000'000)};
  std::vector<Thread> threads_;
  Place running_ = 0;
  std::size_t waited_in_vain_ = 0;  ///< turns in a row that ended as they began
};

}  // namespace rustcam::test
