// What a recording did: the fields of rustcam.record/1 (docs/cli.md says what each means).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/sound_recorder.h"
#include "base/histogram.h"
#include "base/rational.h"
#include "capture/recovery.h"
#include "capture/target.h"
#include "media/open_sink.h"

namespace rustcam {

enum class EndedBy {
  duration = 1,
  frames,
  size,
  signal,
  key,
  pipe_closed,
  source,
  source_lost,
  disk_full,
  error
};
std::string_view name(EndedBy ended_by) noexcept;

struct RecordStatistics {
  std::string backend;
  TargetInfo output;
  std::string started_at;  ///< ISO 8601 UTC, of slot 0; empty if it was never reached
  Rect region;
  Size picture;  ///< after --size, before padding
  Size encoded;
  Rational fps_target;
  double fps_achieved = 0;
  double fps_fresh = 0;
  double duration_s = 0;
  std::int64_t slots = 0;
  std::int64_t samples = 0;  ///< pictures in the files
  std::int64_t fresh = 0;
  std::int64_t repeated = 0;
  std::int64_t late = 0;
  std::int64_t dropped = 0;
  std::optional<std::int64_t> coalesced;
  std::int64_t pointer_only = 0;
  std::int64_t unencoded = 0;
  std::int64_t protected_slots = 0;
  std::optional<Percentiles> pacing_us;
  std::optional<Percentiles> latency_us;
  std::optional<Percentiles> encode_us;
  std::optional<double> phase_us;  ///< the sampling phase, shown under -v
  /// What the pixels' way cost in memory traffic, in bytes of bgra; shown under -v.
  struct Traffic {
    std::int64_t read = 0;       ///< from the screen
    std::int64_t copied = 0;     ///< of these, those that we had to move once more
    std::int64_t converted = 0;  ///< into what is encoded or written
  };
  Traffic traffic;
  EncoderReport encoder;
  struct Sound {
    std::string source;  ///< as it was asked for
    SoundStatistics recorded;
    AudioTrackReport track;
  };
  std::vector<Sound> sounds;
  std::vector<OutputFile> files;
  std::vector<Recovery> recoveries;
  TimePoint t0{};
  double cpu_s = 0;
  std::int64_t peak_rss_bytes = 0;
  EndedBy ended_by = EndedBy::error;
  std::optional<std::string> error;
  std::vector<Warning> warnings;
};

}  // namespace rustcam
