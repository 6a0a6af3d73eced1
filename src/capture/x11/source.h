// One output of the X screen as a FrameSource.
#pragma once

#include <memory>

#include "capture/capture_session.h"
#include "capture/frame_source.h"

namespace rustcam::x11 {

/// Connects to $DISPLAY and opens the output with `target`'s identity. Throws DeviceError (no
/// server), AccessLost (the output is not there now), DuplicationError (pixels of a kind that we do
/// not read, or no Damage extension).
std::unique_ptr<FrameSource> open_source(const TargetInfo& target, const SourceOptions& options);

}  // namespace rustcam::x11
