// The arguments of main() as UTF-8.
#pragma once

#include <string>
#include <vector>

namespace rustcam {

/// The program's arguments, its name first. Windows hands main() a code page's bytes, which cannot
/// say every file name; there they are taken from the system's own wide command line instead.
std::vector<std::string> utf8_arguments(int argc, const char* const* argv);

}  // namespace rustcam
