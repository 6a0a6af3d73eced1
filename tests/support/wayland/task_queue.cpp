#include "task_queue.h"

#include <sys/eventfd.h>

#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rustcam::test {

TaskQueue::TaskQueue() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_.valid()) throw std::runtime_error("cannot make an eventfd");
}

void TaskQueue::run(std::function<void()> task) {
  std::packaged_task<void()> wrapped(std::move(task));
  std::future<void> done = wrapped.get_future();
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(wrapped));
  }
  eventfd_write(wake_.get(), 1);
  done.get();
}

void TaskQueue::drain() {
  eventfd_t count = 0;
  eventfd_read(wake_.get(), &count);
  std::vector<std::packaged_task<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) task();
}

}  // namespace rustcam::test
