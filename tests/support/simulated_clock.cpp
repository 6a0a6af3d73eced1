#include "support/simulated_clock.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>

namespace rustcam::test {

SimulatedClock::SimulatedClock() {
  threads_.push_back({std::this_thread::get_id(), true, {}});
}

void SimulatedClock::wake_late_by(Duration lateness) {
  const std::lock_guard lock(mutex_);
  lateness_ = lateness;
}

/// Nobody sleeps for what is over already.
std::optional<TimePoint> SimulatedClock::wakes_at(std::optional<TimePoint> deadline) const {
  const std::lock_guard lock(mutex_);
  return deadline && *deadline > now_ ? std::optional(*deadline + lateness_) : deadline;
}

TimePoint SimulatedClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

Clock::Place SimulatedClock::mine() const {
  const auto found = std::find_if(threads_.begin(), threads_.end(), [](const Thread& thread) {
    return thread.alive && thread.id == std::this_thread::get_id();
  });
  if (found == threads_.end()) {
    std::fputs("SimulatedClock: a thread that it does not know waits\n", stderr);
    std::abort();
  }
  return static_cast<Place>(found - threads_.begin());
}

void SimulatedClock::let_time_pass() {
  std::optional<TimePoint> first;
  for (const Thread& thread : threads_)
    if (thread.alive && thread.deadline && (!first || *thread.deadline < *first))
      first = thread.deadline;
  if (!first) {
    std::fputs("SimulatedClock: all threads wait for one another\n", stderr);
    std::abort();
  }
  now_ = std::max(now_, *first);
}

/// Gives the turn to the next thread that lives.
void SimulatedClock::pass_on(Place from) {
  Place next = from;
  do next = (next + 1) % threads_.size();
  while (!threads_[next].alive);
  running_ = next;
  turn_.notify_all();
}

void SimulatedClock::let_others_run(std::optional<TimePoint> deadline) {
  std::unique_lock lock(mutex_);
  const Place place = mine();
  threads_[place].deadline = deadline;
  const auto living = static_cast<std::size_t>(
      std::count_if(threads_.begin(), threads_.end(), [](const Thread& t) { return t.alive; }));
  if (++waited_in_vain_ >= living) {
    let_time_pass();
    waited_in_vain_ = 0;
  }
  pass_on(place);
  turn_.wait(lock, [&] { return running_ == place; });
}

bool SimulatedClock::wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any&,
                          std::optional<TimePoint> deadline, const std::stop_token& stop,
                          const std::function<bool()>& done) {
  const std::optional<TimePoint> wakes = wakes_at(deadline);
  for (;;) {
    const bool is_done = done();
    if (is_done || stop.stop_requested() || (wakes && now() >= *wakes)) {
      const std::lock_guard own(mutex_);
      waited_in_vain_ = 0;
      return is_done;
    }
    lock.unlock();
    let_others_run(wakes);
    lock.lock();
  }
}

bool SimulatedClock::sleep_until(TimePoint deadline, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  wait(lock, never, deadline, stop, [] { return false; });
  return !stop.stop_requested();
}

Clock::Place SimulatedClock::expect_thread() {
  const std::lock_guard lock(mutex_);
  threads_.push_back({});
  waited_in_vain_ = 0;
  return threads_.size() - 1;
}

void SimulatedClock::enter_thread(Place place) {
  std::unique_lock lock(mutex_);
  threads_[place].id = std::this_thread::get_id();
  turn_.wait(lock, [&] { return running_ == place; });
  waited_in_vain_ = 0;
}

void SimulatedClock::leave_thread() noexcept {
  const std::lock_guard lock(mutex_);
  const Place place = mine();
  threads_[place].alive = false;
  waited_in_vain_ = 0;
  pass_on(place);
}

}  // namespace rustcam::test
