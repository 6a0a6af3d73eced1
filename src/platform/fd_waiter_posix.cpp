#include "platform/fd_waiter_posix.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "base/error.h"

namespace rustcam {

FdWaiter::FdWaiter() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_.valid())
    throw CaptureError("cannot make an event descriptor: " + errno_name(errno), errno_name(errno));
}

bool FdWaiter::wait(int fd, short events, TimePoint deadline) const {
  const Duration left = std::max(deadline - now(), Duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  timespec timeout{};
  timeout.tv_sec = seconds.count();
  timeout.tv_nsec = (left - seconds).count();
  std::array<pollfd, 2> waiting{pollfd{fd, events, 0}, pollfd{event_.get(), POLLIN, 0}};
  if (ppoll(waiting.data(), waiting.size(), &timeout, nullptr) <= 0) return false;
  if (waiting[1].revents != 0) {
    eventfd_t count = 0;
    eventfd_read(event_.get(), &count);
  }
  return waiting[0].revents != 0;
}

void FdWaiter::wake() const noexcept {
  eventfd_write(event_.get(), 1);
}

}  // namespace rustcam
