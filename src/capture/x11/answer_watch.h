// Hangs up on an X server that does not answer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/time.h"
#include "capture/patience.h"

namespace rustcam::x11 {

/// xcb waits for answers, and for room to send, without limit. A thread watches the time and shuts
/// the socket down when patience is over, upon which xcb's call fails. Time in which the program
/// itself was stopped does not count.
class AnswerWatch {
 public:
  enum class Verdict { answers, silent, interrupted };

  /// `fd` is the connection's socket and must outlive the watch. Throws CaptureError if the system
  /// gives no thread.
  AnswerWatch(int fd, const Patience& patience);
  ~AnswerWatch();
  AnswerWatch(const AnswerWatch&) = delete;
  AnswerWatch& operator=(const AnswerWatch&) = delete;

  /// For another user of the connection, who awaits nothing yet.
  void set_patience(const Patience& patience);
  Duration limit() const;
  /// Anything but `answers`: it has hung up, for this reason.
  Verdict verdict() const noexcept { return verdict_; }

  /// While one lives, the thread that made it may block in xcb; one at a time.
  class Awaiting {
   public:
    explicit Awaiting(AnswerWatch& watch) noexcept : watch_(watch) { watch_.since_ = now(); }
    ~Awaiting() { watch_.since_ = TimePoint{}; }
    Awaiting(const Awaiting&) = delete;
    Awaiting& operator=(const Awaiting&) = delete;

   private:
    AnswerWatch& watch_;
  };

 private:
  /// How long the answer that is awaited has been.
  struct Wait {
    TimePoint since{};
    std::uint64_t moved = 0;  ///< bytes, when it was looked at last
    Duration all{};           ///< since then
    Duration after_stop{};
  };
  void watch(const std::stop_token& over);
  void look(Wait& wait, Duration passed);
  void hang_up(Verdict reason) noexcept;

  const int fd_;
  std::atomic<TimePoint> since_{TimePoint{}};  ///< of what is awaited; the epoch: nothing is
  std::atomic<Verdict> verdict_{Verdict::answers};
  mutable std::mutex mutex_;  ///< for what follows
  std::condition_variable_any changed_;
  Patience patience_;
  std::jthread thread_;
};

}  // namespace rustcam::x11
