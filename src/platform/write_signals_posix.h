// The signals that come with a failing write.
#pragma once

#include <signal.h>

#include <cerrno>
#include <ctime>

namespace rustcam {

/// A reader that has gone and a file grown beyond its limit are told by a signal before errno is;
/// neither may end the program, and other code's handlers must not see them.
class WriteSignalsBlocked {
 public:
  WriteSignalsBlocked() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    sigaddset(&set_, SIGXFSZ);
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    had_pipe_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~WriteSignalsBlocked() {
    if (raised_ && !had_pipe_) {
      const timespec at_once{};
      while (sigtimedwait(&set_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WriteSignalsBlocked(const WriteSignalsBlocked&) = delete;
  WriteSignalsBlocked& operator=(const WriteSignalsBlocked&) = delete;
  void raised() noexcept { raised_ = true; }

 private:
  sigset_t set_{};
  sigset_t before_{};
  bool had_pipe_ = false;
  bool raised_ = false;
};

}  // namespace rustcam
