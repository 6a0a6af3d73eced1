// What kind of desktop session the program was started in.
#pragma once

namespace rustcam {

/// True if the environment tells of a Wayland compositor, whether or not a back end reaches it.
bool in_wayland_session();

}  // namespace rustcam
