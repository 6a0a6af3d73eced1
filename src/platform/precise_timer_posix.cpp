#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "base/error.h"
#include "platform/precise_timer.h"
#include "platform/unique_fd_posix.h"

namespace rustcam {

namespace {

/// std::chrono::steady_clock is CLOCK_MONOTONIC, so its instants need no mapping.
timespec to_timespec(TimePoint at) {
  const auto ns = at.time_since_epoch().count();
  return {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
}

UniqueFd checked(int fd, const char* what) {
  if (fd < 0)
    throw Error(std::string("cannot make a ") + what + " (" + errno_name(errno) +
                    "): close programs that hold many files, or raise ulimit -n",
                errno_name(errno));
  return UniqueFd(fd);
}

/// The default slack of 50 us would be added to every wake-up of a thread.
void wake_this_thread_in_time() {
  [[maybe_unused]] thread_local const int asked = ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

}  // namespace

struct PreciseTimer::Impl {
  UniqueFd timer = checked(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timer");
  UniqueFd stopped = checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "wake-up event");

  bool wait(TimePoint deadline, const std::stop_token& stop) {
    itimerspec spec{};
    spec.it_value = to_timespec(deadline);
    ::timerfd_settime(timer.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
    const std::stop_callback wake(stop, [this] {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(stopped.get(), &one, sizeof one);
    });
    pollfd fds[2] = {{timer.get(), POLLIN, 0}, {stopped.get(), POLLIN, 0}};
    while (::poll(fds, 2, -1) < 0 && errno == EINTR) {
    }
    return !stop.stop_requested();
  }

  /// A stop of one token must not end the next sleep, which may watch another. After wait(), as the
  /// request may come while that returns.
  void forget_stop() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(stopped.get(), &count, sizeof count);
  }
};

PreciseTimer::PreciseTimer() : impl_(std::make_unique<Impl>()) {}

PreciseTimer::~PreciseTimer() = default;

bool PreciseTimer::sleep_until(TimePoint deadline, std::stop_token stop) {
  if (stop.stop_requested()) return false;
  if (deadline <= now()) return true;
  wake_this_thread_in_time();
  if (stop.stop_possible()) {
    const bool reached = impl_->wait(deadline, stop);
    if (stop.stop_requested()) impl_->forget_stop();
    return reached;
  }
  const timespec until = to_timespec(deadline);
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
  return true;
}

}  // namespace rustcam
