// `rustcam-cli completion`: what shells need to complete our command line. Made from the commands'
// own options (cli/command.h), so that there is no second list of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace rustcam::cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

class Completion : public Command {
 public:
  void declare(Parser& parser) override;
  int run(Context& context) override;

 private:
  std::optional<std::string> shell_;
};

/// `text` between single quotes, with `quote` for each quote in it.
std::string shell_quoted(const std::string& text, const std::string& quote);
/// With spaces between.
std::string spaced(const std::vector<std::string>& words);

}  // namespace rustcam::cli
