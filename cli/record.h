// `rustcam-cli record`: what it is asked to do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/capture_options.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/sound_options.h"
#include "record/options.h"

namespace rustcam::cli {

/// As typed.
struct RecordArguments {
  CaptureArguments capture;
  std::optional<std::string> file;
  std::optional<std::string> fps;
  std::optional<std::string> duration;
  std::optional<std::string> frames;
  std::optional<std::string> max_size;
  std::optional<std::string> delay;
  std::optional<std::string> encoder;
  std::optional<std::string> preset;
  std::optional<std::string> crf;
  std::optional<std::string> bitrate;
  std::optional<std::string> gop;
  std::vector<std::string> encoder_options;
  std::optional<std::string> fragment;
  std::optional<std::string> on_full;
  std::optional<std::string> on_loss;
  std::optional<std::string> on_resize;
  std::optional<std::string> pixel_format;
  std::optional<std::string> format;
  std::optional<std::string> size;
  std::optional<std::string> timestamps;
  std::optional<std::string> stats;
  std::optional<std::string> progress;
  SoundArguments sound;
  bool vfr = false;
  bool faststart = false;
  bool force = false;
  bool json = false;
};

/// Checked, but for what only the screen can tell: `record.selection` is still empty.
struct RecordRequest {
  CaptureOptions capture;
  RecordOptions record;
  std::optional<std::string> stats_path;
  bool stats_to_stdout = false;
  bool named_here = false;               ///< the file's name was made up: it is told
  std::optional<ProgressMode> progress;  ///< nullopt: auto
};

/// Throws UsageError.
RecordRequest check_record(const RecordArguments& given);

class Record : public Command {
 public:
  void declare(Parser& parser) override;
  int run(Context& context) override;

 private:
  RecordArguments arguments_;
};

}  // namespace rustcam::cli
