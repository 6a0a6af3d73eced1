// What a recording is asked to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audio/sound_target.h"
#include "capture/selection.h"
#include "media/output_plan.h"

namespace rustcam {

enum class OnFull { drop = 1, wait };
enum class OnResize { scale = 1, split, stop };

struct RecordOptions {
  Selection selection;
  OutputPlan plan;
  bool cursor = true;
  std::vector<SoundMix> sounds;                ///< a track each
  Duration sound_delay{};                      ///< how much later sound is placed
  Duration timeout = std::chrono::seconds(1);  ///< for the first frame
  std::optional<std::int64_t> frames;          ///< slots; --duration is converted to these
  std::optional<std::int64_t> duration_slots;
  std::optional<std::int64_t> max_bytes;
  Duration delay{};
  OnFull on_full = OnFull::drop;
  bool reopen_on_loss = true;
  std::optional<Duration> give_up_after;
  OnResize on_resize = OnResize::scale;
  std::optional<std::string> timestamps_path;
  bool force = false;
};

/// What a progress line shows.
struct Progress {
  double time_s = 0;
  std::int64_t slots = 0;
  std::int64_t fresh = 0;
  std::int64_t repeated = 0;
  std::int64_t late = 0;
  std::int64_t bytes = 0;
  double fps = 0;                    ///< samples a second of real time
  std::vector<float> sound_peaks{};  ///< of each track, recently: 1 is full scale
};

}  // namespace rustcam
