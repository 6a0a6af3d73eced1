#include "platform/command_line.h"

namespace rustcam {

std::vector<std::string> utf8_arguments(int argc, const char* const* argv) {
  return {argv, argv + argc};
}

}  // namespace rustcam
