// From the command line to one command and an exit status.
#pragma once

#include <string>
#include <vector>

#include "cli/log.h"
#include "cli/parser.h"

namespace rustcam::cli {

enum ExitStatus { exit_done = 0, exit_failed = 1, exit_usage = 2 };

/// What every command gets.
struct Context {
  Globals globals;
  Log& log;
};

/// `arguments` begins with the program's name. Never throws: whatever goes wrong becomes one line
/// on stderr and an exit status.
int run(const std::vector<std::string>& arguments) noexcept;

}  // namespace rustcam::cli
