// One picture of the screen, now.
#pragma once

#include <functional>
#include <optional>

#include "capture/selection.h"
#include "image/frame.h"

namespace rustcam::cli {

/// Opens the selected target and takes one picture, waiting up to `timeout` for it, over losses of
/// the output too, and even if the system does not return. nullopt if `interrupted` said so first.
/// Throws CaptureTimeout and what CaptureSession::open throws.
std::optional<Frame> grab(const Selection& selection, bool cursor, Duration timeout,
                          const std::function<bool()>& interrupted);

}  // namespace rustcam::cli
