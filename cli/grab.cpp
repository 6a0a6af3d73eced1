#include "cli/grab.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "capture/capturer.h"
#include "platform/abandoned.h"
#include "platform/worker.h"

namespace rustcam::cli {

namespace {

[[noreturn]] void give_up(const Capturer& capturer, Duration timeout) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  const std::string loss = capturer.loss();
  throw CaptureTimeout("no picture came from " + capturer.output() + " within " +
                       std::to_string(ms) + " ms" + (loss.empty() ? "" : " (" + loss + ")") +
                       "; give a longer --timeout, or look whether the screen is on");
}

/// One try on a thread of its own, so that a call of the system that does not return holds nobody
/// up.
struct Attempt {
  Attempt(const Selection& what, bool with_cursor, Duration limit)
      : selection(what), cursor(with_cursor), timeout(limit) {}

  void run() {
    // A request to end is looked for this often.
    constexpr Duration patience = std::chrono::milliseconds(250);
    const TimePoint deadline = now() + timeout;
    Capturer capturer(selection, cursor);
    for (TimePoint t = now(); !stop; t = now()) {
      const Duration left = std::max(deadline - t, Duration{});
      frame = capturer.grab({.timeout = std::min(left, patience)});
      if (frame) return;
      if (now() >= deadline) give_up(capturer, timeout);
    }
  }

  const Selection selection;
  const bool cursor;
  const Duration timeout;
  std::atomic<bool> stop{false};
  std::optional<Frame> frame;
  Worker worker{machine_clock(), [this] { run(); }};
};

}  // namespace

std::optional<Frame> grab(const Selection& selection, bool cursor, Duration timeout,
                          const std::function<bool()>& interrupted) {
  constexpr Duration asked_every = std::chrono::milliseconds(50);
  // Beyond what a call was given; graphics drivers take their time to begin.
  constexpr Duration open_patience = std::chrono::seconds(15);
  constexpr Duration end_patience = std::chrono::seconds(3);
  const auto attempt = std::make_shared<Attempt>(selection, cursor, timeout);
  TimePoint limit = now() + timeout + open_patience;
  while (!attempt->worker.wait(now() + asked_every)) {
    if (!attempt->stop && interrupted()) {
      attempt->stop = true;
      limit = now() + end_patience;
    }
    if (now() < limit) continue;
    abandon(attempt);
    if (attempt->stop) return std::nullopt;
    throw CaptureTimeout("the system does not answer: a call for the picture of " +
                         selection.target.name +
                         " has not returned; look whether a window or the graphics driver hangs");
  }
  attempt->worker.get();
  return std::move(attempt->frame);
}

}  // namespace rustcam::cli
