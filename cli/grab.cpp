#include "cli/grab.h"

#include <algorithm>

#include "base/error.h"
#include "capture/composer.h"
#include "capture/recovery.h"

namespace rustcam::cli {

namespace {

[[noreturn]] void give_up(const RecoveringSource& source, Duration timeout) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  const std::string lost = source.lost_error();
  throw CaptureTimeout("no picture came from " + source.target().name + " within " +
                       std::to_string(ms) + " ms" + (lost.empty() ? "" : " (" + lost + ")") +
                       "; give a longer --timeout, or look whether the screen is on");
}

}  // namespace

std::optional<Frame> grab(const Selection& selection, bool cursor, Duration timeout,
                          const std::function<bool()>& interrupted) {
  // A request to end is looked for this often.
  constexpr Duration patience = std::chrono::milliseconds(50);
  const TimePoint deadline = now() + timeout;
  RecoveringSource source(*selection.backend, selection.target, {.pointer = cursor},
                          selection.region, {});
  FrameComposer composer({.region = selection.region, .cursor = cursor, .pool_frames = 1});
  composer.attach(*source.source());
  for (bool first = true; first || now() < deadline; first = false) {
    if (interrupted()) return std::nullopt;
    const SourceEvent event = source.acquire(std::min(deadline, now() + patience), {});
    if (event == SourceEvent::changed) composer.attach(*source.source());
    if (event == SourceEvent::gave_up) break;
    if (event != SourceEvent::updated) continue;
    const UpdateLease lease(*source.source());
    composer.note(source.source()->update());
    if (!composer.desktop_frame_pending()) continue;
    try {
      if (auto frame = composer.compose()) return frame;
    } catch (const CaptureError& error) {
      source.report_loss(error);
    }
  }
  give_up(source, timeout);
}

}  // namespace rustcam::cli
