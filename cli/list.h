// `rustcam-cli list`: outputs, windows, devices, encoders, back ends.
#pragma once

#include <optional>
#include <string>

#include "cli/command.h"

namespace rustcam::cli {

class List : public Command {
 public:
  void declare(Parser& parser) override;
  int run(Context& context) override;

 private:
  std::optional<std::string> what_;
  std::optional<std::string> backend_;
  bool json_ = false;
};

}  // namespace rustcam::cli
