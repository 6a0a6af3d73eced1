// The top-level windows that a user sees.
#pragma once

#include <vector>

#include "capture/target.h"

namespace rustcam::dda {

/// Visible, titled windows that are not hidden by the compositor, topmost first.
std::vector<TargetInfo> visible_windows();

}  // namespace rustcam::dda
