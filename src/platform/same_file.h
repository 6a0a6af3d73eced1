// Whether two names mean one file.
#pragma once

#include <string>

namespace rustcam {

/// True if writing to `a` (a path in UTF-8) would write to `b`: also by another spelling, a
/// symbolic or a hard link, and if the file is still to be made. False if the system does not tell.
bool same_file(const std::string& a, const std::string& b);

}  // namespace rustcam
