// What a person should know while there is still time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "media/open_sink.h"

namespace rustcam {

/// "encoder_slow", naming the next faster preset, or what else helps.
Warning encoder_slow_warning(const EncoderReport& encoder);

/// "held_back": with `--on-full wait`, only so many frames a second could be handed on.
Warning held_back_warning(double target_fps, double achieved_fps);

/// "source_hangs": the recording ended while a call of the system for `output` had not returned.
Warning source_hangs_warning(const std::string& output);

/// Watches the room that is left where a recording is written.
class DiskWatch {
 public:
  /// `path`: of the recording; nothing is watched if it is no regular file.
  explicit DiskWatch(std::string path) : path_(std::move(path)) {}
  /// Looks about once a second; answers once, when little is left. `bytes`: written so far, in
  /// `elapsed`.
  std::optional<Warning> look(TimePoint at, std::int64_t bytes, Duration elapsed);

 private:
  std::string path_;
  TimePoint next_{};
  bool told_ = false;
};

}  // namespace rustcam
