// `rustcam-cli stimulus`: a scene on the screen at an exact rate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/rational.h"
#include "capture/presenter.h"
#include "cli/command.h"

namespace rustcam::cli {

/// As typed.
struct StimulusArguments {
  std::optional<std::string> name;
  std::optional<std::string> backend;
  std::optional<std::string> hz;
  std::optional<std::string> duration;
  std::optional<std::string> size;
  std::optional<std::string> output;
  bool no_barcode = false;
  bool json = false;
};

struct StimulusOptions {
  std::string backend = "auto";
  PresenterOptions presenter;
  Rational hz;
  std::optional<std::int64_t> ticks;  ///< periods of `hz` until the end; nullopt: until closed
  bool json = false;
};

/// Throws UsageError.
StimulusOptions check_stimulus(const StimulusArguments& given);

class Stimulus : public Command {
 public:
  void declare(Parser& parser) override;
  int run(Context& context) override;

 private:
  StimulusArguments arguments_;
};

}  // namespace rustcam::cli
