// Lists of names in messages.
#pragma once

#include <string>
#include <vector>

namespace rustcam {

/// "a, b or c".
std::string one_of(const std::vector<std::string>& names);

}  // namespace rustcam
