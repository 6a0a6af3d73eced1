// Waiting for the server, a deadline and a stop request at once.
#pragma once

#include "base/time.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::x11 {

/// Sleeps on a descriptor; another thread may wake it.
class Waiter {
 public:
  /// Throws CaptureError if the system has no descriptors left.
  Waiter();
  /// Returns when `fd` can be read, wake() was called since the last wait, or `deadline` has
  /// passed.
  void wait(int fd, TimePoint deadline) const;
  /// Safe from any thread.
  void wake() const noexcept;

 private:
  UniqueFd event_;
};

}  // namespace rustcam::x11
