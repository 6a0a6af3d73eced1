#include "capture/x11/answer_watch.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <system_error>

#include "base/error.h"

namespace rustcam::x11 {
namespace {

using namespace std::chrono_literals;

constexpr Duration look_every = 50ms;
/// A pause between two looks that is longer than this was our own: we were stopped.
constexpr Duration longest_between_looks = 250ms;
/// When the end is requested, an answer may be under way; one that is not here by then is not worth
/// waiting for.
constexpr Duration patience_at_end = 1s;

/// Over TCP, in both directions; 0 if the socket is of another kind. A picture that takes long on a
/// slow line is no silence.
std::uint64_t bytes_moved(int fd) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_acked + info.tcpi_bytes_received;
}

}  // namespace

static_assert(std::atomic<TimePoint>::is_always_lock_free);

AnswerWatch::AnswerWatch(int fd, const Patience& patience) : fd_(fd), patience_(patience) {
  try {
    thread_ = std::jthread([this](const std::stop_token& over) { watch(over); });
  } catch (const std::system_error& error) {
    throw CaptureError("the system gives us no thread: " + error.code().message(),
                       errno_name(error.code().value()));
  }
}

AnswerWatch::~AnswerWatch() = default;

void AnswerWatch::set_patience(const Patience& patience) {
  const std::lock_guard lock(mutex_);
  patience_ = patience;
}

Duration AnswerWatch::limit() const {
  const std::lock_guard lock(mutex_);
  return patience_.limit;
}

void AnswerWatch::watch(const std::stop_token& over) {
  std::unique_lock lock(mutex_);
  Wait wait;
  for (TimePoint last = now(); verdict_ == Verdict::answers;) {
    changed_.wait_for(lock, over, look_every, [] { return false; });
    if (over.stop_requested()) return;
    const TimePoint at = now();
    look(wait, std::min(at - last, longest_between_looks));
    last = at;
  }
}

void AnswerWatch::look(Wait& wait, Duration passed) {
  const TimePoint since = since_;
  if (since != wait.since) {
    wait = {since, since == TimePoint{} ? 0 : bytes_moved(fd_), {}, {}};
    return;
  }
  if (since == TimePoint{}) return;
  if (const std::uint64_t moved = bytes_moved(fd_); moved != wait.moved) {
    wait.moved = moved;
    wait.all = {};
  }
  wait.all += passed;
  if (patience_.stop.stop_requested()) wait.after_stop += passed;
  if (wait.after_stop >= patience_at_end)
    hang_up(Verdict::interrupted);
  else if (wait.all >= patience_.limit)
    hang_up(Verdict::silent);
}

void AnswerWatch::hang_up(Verdict reason) noexcept {
  verdict_ = reason;
  // Reading only: a write to a socket that is shut down would raise SIGPIPE.
  ::shutdown(fd_, SHUT_RD);
}

}  // namespace rustcam::x11
