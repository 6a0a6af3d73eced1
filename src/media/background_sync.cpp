#include "media/background_sync.h"

#include <utility>

#include "base/error.h"
#include "platform/start_thread.h"

namespace rustcam {

BackgroundSync::BackgroundSync(File& file) : file_(file) {
  try {
    thread_ = start_thread([this](const std::stop_token& stop) { run(stop); });
  } catch (const Error&) {  // then the writer is held up
  }
}

BackgroundSync::~BackgroundSync() {
  end();
}

void BackgroundSync::end() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void BackgroundSync::request() {
  {
    std::unique_lock lock(mutex_);
    if (!thread_.joinable()) return sync(lock);
    requested_ = true;
  }
  changed_.notify_all();
}

void BackgroundSync::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !requested_ && !busy_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

std::optional<std::string> BackgroundSync::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

void BackgroundSync::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return requested_; })) {
    requested_ = false;
    busy_ = true;
    sync(lock);
    busy_ = false;
    changed_.notify_all();
  }
}

void BackgroundSync::sync(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  std::exception_ptr failure;
  std::string text;
  try {
    file_.sync();
  } catch (const std::exception& error) {
    failure = std::current_exception();
    text = error.what();
  }
  lock.lock();
  if (!failure) return;
  if (!failure_) failure_ = failure;
  if (!failed_) failed_ = std::move(text);
}

}  // namespace rustcam
