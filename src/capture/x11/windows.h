// The top-level windows of the X screen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/target.h"
#include "capture/x11/connection.h"

namespace rustcam::x11 {

/// The window manager's list (_NET_CLIENT_LIST), oldest first; without one, the root's visible
/// children that have a title. Titles are UTF-8.
std::vector<WindowInfo> list_windows(const Connection& connection);

/// ISO 8859-1, which old window titles are in, as UTF-8.
std::string utf8_from_latin1(std::string_view text);

}  // namespace rustcam::x11
