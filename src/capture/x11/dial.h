// The first steps of a connection: a socket to the X server, and the handshake on it.
#pragma once

#include <xcb/xcb.h>

#include <memory>
#include <string>

#include "capture/patience.h"

namespace rustcam::x11 {

struct Disconnect {
  /// Sends nothing more and waits for nothing.
  void operator()(xcb_connection_t* c) const noexcept { xcb_disconnect(c); }
};

struct Dialled {
  std::unique_ptr<xcb_connection_t, Disconnect> connection;
  int screen = 0;  ///< the number of a screen that the server has
};

/// Connects to `display`, written as in $DISPLAY, as xcb_connect() does, but waits no longer than
/// `patience` has it, and tries again for 3 s if the server drops us while we connect: one without
/// -noreset resets itself whenever its last client leaves. (The look-up of a host's name is the
/// system's, and has the system's own limit.) Throws DeviceError (no server, or it refuses us),
/// AccessLost (it does not answer), Interrupted.
Dialled dial(const std::string& display, const Patience& patience);

}  // namespace rustcam::x11
