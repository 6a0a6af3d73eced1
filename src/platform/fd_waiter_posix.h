// Waiting for a descriptor, a deadline and a wake-up at once.
#pragma once

#include "base/time.h"
#include "platform/unique_fd_posix.h"

namespace rustcam {

/// Sleeps on a descriptor; another thread may wake it.
class FdWaiter {
 public:
  /// Throws CaptureError if the system has no descriptors left.
  FdWaiter();
  /// Returns when `fd` is ready for `events` (as poll() names them) or has failed, wake() was
  /// called since the last wait, or `deadline` has passed. True if it was `fd`.
  bool wait(int fd, short events, TimePoint deadline) const;
  /// Safe from any thread.
  void wake() const noexcept;

 private:
  UniqueFd event_;
};

}  // namespace rustcam
