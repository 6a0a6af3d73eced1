// Work that one thread hands to another, whose loop sees it as a file descriptor.
#pragma once

#include <functional>
#include <future>
#include <mutex>
#include <vector>

#include "platform/unique_fd_posix.h"

namespace rustcam::test {

class TaskQueue {
 public:
  /// Throws std::runtime_error.
  TaskQueue();
  /// Waits until the other thread has done it; throws what it throws.
  void run(std::function<void()> task);
  /// Of the other thread: does what has been handed over.
  void drain();
  int fd() const noexcept { return wake_.get(); }  ///< readable if there is something to do

 private:
  UniqueFd wake_;
  std::mutex mutex_;
  std::vector<std::packaged_task<void()>> tasks_;
};

}  // namespace rustcam::test
