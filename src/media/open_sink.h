// From a plan to a file that takes pictures.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/sound_feed.h"
#include "base/warning.h"
#include "media/output_plan.h"
#include "media/sink.h"

namespace rustcam {

/// What the reason begins with for which an encoder was given memory.
inline const std::string textures_refused = "from textures: ";

/// What was opened, for the statistics.
struct EncoderReport {
  std::string name;  ///< FFmpeg's
  bool hardware = false;
  std::optional<std::string> preset;
  struct Tried {
    std::string name;
    std::string error;
  };
  std::vector<Tried> tried;
  std::string input = "memory";     ///< where its pictures are: "memory" or "texture"
  std::int64_t lost_in_flight = 0;  ///< pictures that an encoder took with it when it failed
};

/// Where a track of sound comes from.
struct SoundInput {
  SoundFeed* feed = nullptr;    ///< must outlive the sink
  std::int64_t first_slot = 0;  ///< of the recording: the file's slot 0
};

/// Opens encoder and file for pictures of `captured` size. The file is made here (exclusively,
/// unless force). Throws UsageError (encoder rejects the options), MediaError (cannot create,
/// encoder cannot open). `warnings` receives padding and the like. `sounds`: one for
/// each of the plan's tracks of sound.
std::unique_ptr<FrameSink> open_sink(const OutputPlan& plan, Size captured, EncoderReport& report,
                                     std::vector<Warning>& warnings,
                                     std::span<const SoundInput> sounds = {});

}  // namespace rustcam
