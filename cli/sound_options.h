// The options of `record` for sound.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audio/sound_target.h"
#include "base/time.h"
#include "cli/parser.h"
#include "media/output_plan.h"

namespace rustcam::cli {

/// As typed.
struct SoundArguments {
  std::vector<std::string> audio;
  std::optional<std::string> codec;
  std::optional<std::string> bitrate;
  std::optional<std::string> delay;
};

struct SoundRequest {
  std::vector<SoundMix> tracks;
  Duration delay{};
};

void add_sound_options(Parser& parser, SoundArguments& into);

/// What the file has to hold goes to `output`. Throws UsageError.
SoundRequest check_sound(const SoundArguments& given, OutputRequest& output);

}  // namespace rustcam::cli
