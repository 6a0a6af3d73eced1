// From what a user typed to one target and one region of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/backend.h"

namespace rustcam {

/// Copies share the session: the command, its report and the capture thread use the same one.
struct Selection {
  const Backend* backend = nullptr;
  std::shared_ptr<CaptureSession> session;
  TargetInfo target;
  std::optional<Rect> region;      ///< from the output's corner; nullopt: all of it
  Patience patience{};             ///< the request's, for those who open the session
  std::vector<std::string> notes;  ///< for stderr (XWayland taken instead of a Wayland back end)
};

/// Throws UsageError (unknown output, naming those that exist; a region that is empty, reversed,
/// outside, across or on another output, giving the size) or CaptureError (no display, no outputs,
/// back end not here).
Selection select_target(const TargetRequest& request);

}  // namespace rustcam
