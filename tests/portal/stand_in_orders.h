// What a test tells the stand-in to do.
#pragma once

#include <string>

#include "cast_desktop.h"

namespace rustcam::test {

/// Does an order that is about the screen or its casts; false if it is none of these. Throws
/// std::exception if its words make no sense.
bool obey(const std::string& order, CastDesktop& desktop);

/// "WxH"; throws std::invalid_argument.
Size parse_size(const std::string& text);

}  // namespace rustcam::test
