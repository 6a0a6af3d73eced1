#include "platform/worker.h"

#include <utility>

#include "platform/start_thread.h"

namespace rustcam {

Worker::Worker(Clock& clock, std::function<void()> work) : clock_(clock) {
  const Clock::Place place = clock.expect_thread();
  thread_ = start_thread([this, place, work = std::move(work)] {
    clock_.enter_thread(place);
    std::exception_ptr failure;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      failure_ = std::move(failure);
      done_ = true;
    }
    changed_.notify_all();
    clock_.leave_thread();
  });
}

Worker::~Worker() {
  wait(std::nullopt);
}

bool Worker::wait(std::optional<TimePoint> deadline) const {
  std::unique_lock lock(mutex_);
  return clock_.wait(lock, changed_, deadline, {}, [this] { return done_; });
}

void Worker::get() {
  wait(std::nullopt);
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace rustcam
