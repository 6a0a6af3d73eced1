#include "media/background_sync.h"

#include <utility>

namespace rustcam {

BackgroundSync::BackgroundSync(File& file)
    : file_(file), thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

BackgroundSync::~BackgroundSync() {
  thread_.request_stop();
}

void BackgroundSync::request() {
  {
    const std::lock_guard lock(mutex_);
    requested_ = true;
  }
  changed_.notify_all();
}

void BackgroundSync::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !requested_ && !busy_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void BackgroundSync::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return requested_; })) {
    requested_ = false;
    busy_ = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
      file_.sync();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    busy_ = false;
    if (failure && !failure_) failure_ = failure;
    changed_.notify_all();
  }
}

}  // namespace rustcam
