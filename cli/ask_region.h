// --region ask: another program lets the user draw the region.
#pragma once

#include <stop_token>

#include "capture/target_request.h"

namespace rustcam::cli {

/// Waits until the user has chosen, with slurp in a Wayland session, else with slop. Throws Error
/// (not installed, saying which to install; cancelled), Interrupted if `stop` is requested first.
RegionRequest ask_region(const std::stop_token& stop);

}  // namespace rustcam::cli
