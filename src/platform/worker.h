// A thread that is always joined, and whose exception is not lost.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "platform/clock.h"

namespace rustcam {

/// Waits for its end when it is destroyed; whoever has to end it sooner tells `work` so before.
class Worker {
 public:
  /// Throws Error if the system gives no thread.
  Worker(Clock& clock, std::function<void()> work);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// True once `work` has ended; waits for that until `deadline` (nullopt: without limit).
  bool wait(std::optional<TimePoint> deadline) const;
  /// Waits, and throws what `work` threw; at the first call only.
  void get();

 private:
  Clock& clock_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  bool done_ = false;
  std::exception_ptr failure_;
  std::jthread thread_;
};

}  // namespace rustcam
