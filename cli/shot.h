// `rustcam-cli shot`: what it is asked to do.
#pragma once

#include <optional>
#include <string>

#include "cli/capture_options.h"
#include "cli/command.h"
#include "media/still_writer.h"

namespace rustcam::cli {

/// As typed.
struct ShotArguments {
  CaptureArguments capture;
  std::optional<std::string> file;
  std::optional<std::string> format;
  std::optional<std::string> pixel_format;
  std::optional<std::string> quality;
  std::optional<std::string> compression;
  std::optional<std::string> delay;
  bool all = false;
  bool force = false;
  bool json = false;
};

struct ShotOptions {
  CaptureOptions capture;
  std::string path;         ///< "-" for standard output
  bool named_here = false;  ///< `path` was made up: its name is told
  StillOptions still;
  Duration delay{};
  bool all = false;
  bool force = false;
  bool json = false;
};

/// Throws UsageError.
ShotOptions check_shot(const ShotArguments& given);

class Shot : public Command {
 public:
  void declare(Parser& parser) override;
  int run(Context& context) override;

 private:
  ShotArguments arguments_;
};

}  // namespace rustcam::cli
