// What is thrown if an X server does not answer.
#pragma once

#include <string>

#include "base/error.h"
#include "base/time.h"

namespace rustcam::x11 {

/// After `waited`. A silent server may well answer again later: unlike one that is gone, it is a
/// screen that is away for now.
AccessLost silent(const std::string& display, Duration waited);
/// While we waited for it, the end was requested.
Interrupted interrupted(const std::string& display);

}  // namespace rustcam::x11
