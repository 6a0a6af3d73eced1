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
std::vector<TargetInfo> list_windows(const Connection& connection);

/// `text` itself if it is UTF-8; else, as old window titles are, taken as ISO 8859-1.
std::string to_utf8(std::string_view text);

}  // namespace rustcam::x11
