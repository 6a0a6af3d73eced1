// `rustcam-cli doctor`: what works here, what does not, and how to mend it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace rustcam::cli {

struct Check {
  std::string name;
  bool ok = false;
  std::string detail;
  std::string fix;     ///< what to do; empty if it is ok
  bool vital = false;  ///< without it the main job, recording the screen to a file, cannot work
};

class Doctor : public Command {
 public:
  void declare(Parser& parser) override;
  int run(Context& context) override;

 private:
  std::optional<std::string> backend_;
  bool json_ = false;
};

/// For people: one line a check, and below a bad one what to do.
std::string doctor_report(const std::vector<Check>& checks);

}  // namespace rustcam::cli
