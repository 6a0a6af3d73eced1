// The outputs of the X screen, as RandR tells them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/target.h"
#include "capture/x11/connection.h"

namespace rustcam::x11 {

/// Every active monitor (RandR 1.5), clipped to the root window, in the server's order. Without one
/// the whole root window, named "root"; without RandR 1.5 the same, named "screen". The identity is
/// the monitor's name, which is the output's unless a user defined it (`xrandr --setmonitor`).
/// `refresh_hz` comes from the mode's timings; it is nullopt if the server gives none (Xvfb).
/// Virtual servers may make timings up (Xorg's dummy driver, XWayland, VNC): nothing tells them
/// apart, so they are passed on, and whoever needs the true rate measures it.
std::vector<TargetInfo> list_outputs(const Connection& connection);

/// The one with this identity, if it is there now. The root window always is, also when an output
/// has been switched on since.
std::optional<TargetInfo> find_output(const Connection& connection, std::string_view identity);

/// RandR's providers (one for each GPU that drives outputs); if there are none, one device named
/// after the server. Vendor, LUID and memory are not known to X.
std::vector<DeviceInfo> list_devices(const Connection& connection);

}  // namespace rustcam::x11
