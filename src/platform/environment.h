// The environment that libraries read.
#pragma once

#include <string>

namespace rustcam {

/// Sets a variable for this process unless the user has set it. Call it while no other thread reads
/// the environment.
void default_environment(const std::string& name, const std::string& value);

}  // namespace rustcam
