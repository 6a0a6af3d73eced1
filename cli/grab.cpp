#include "cli/grab.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "base/error.h"
#include "capture/capturer.h"

namespace rustcam::cli {

namespace {

[[noreturn]] void give_up(const Capturer& capturer, Duration timeout) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  const std::string loss = capturer.loss();
  throw CaptureTimeout("no picture came from " + capturer.output() + " within " +
                       std::to_string(ms) + " ms" + (loss.empty() ? "" : " (" + loss + ")") +
                       "; give a longer --timeout, or look whether the screen is on");
}

}  // namespace

std::optional<Frame> grab(const Selection& selection, bool cursor, Duration timeout,
                          const std::function<bool()>& interrupted) {
  // A request to end is looked for this often.
  constexpr Duration patience = std::chrono::milliseconds(250);
  const TimePoint deadline = now() + timeout;
  Capturer capturer(selection, cursor);
  for (TimePoint t = now(); !interrupted(); t = now()) {
    const Duration left = std::max(deadline - t, Duration{});
    if (auto frame = capturer.grab({.timeout = std::min(left, patience)})) return frame;
    if (now() >= deadline) give_up(capturer, timeout);
  }
  return std::nullopt;
}

}  // namespace rustcam::cli
