// What a command tells although it goes on.
#pragma once

#include <string>

namespace rustcam {

struct Warning {
  std::string code;  ///< for programs; docs/cli.md lists them
  std::string text;
  std::string hint;  ///< what to do; may be empty
};

}  // namespace rustcam
