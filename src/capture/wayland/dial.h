// Finding the compositor.
#pragma once

#include <string>

#include "capture/patience.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::wayland {

/// $WAYLAND_DISPLAY, a path or a name below $XDG_RUNTIME_DIR. Throws CaptureError if the
/// environment names none, saying what to do.
std::string socket_path();

/// Connects to the socket at `path`. Throws DeviceError (nobody listens there), AccessLost (does
/// not take us within the patience), Interrupted.
UniqueFd dial(const std::string& path, const Patience& patience);

}  // namespace rustcam::wayland
