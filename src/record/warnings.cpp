#include "record/warnings.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "media/preset.h"
#include "platform/file.h"

namespace rustcam {

Warning encoder_slow_warning(const EncoderReport& encoder) {
  const auto faster = encoder.preset ? faster_preset(*encoder.preset) : std::nullopt;
  return {"encoder_slow",
          "encoder " + encoder.name + (encoder.preset ? " with preset " + *encoder.preset : "") +
              " is slower than real time: some slots last longer than one frame",
          faster ? "choose a faster preset (--preset " + *faster +
                       "), a lower --fps or a smaller --size"
                 : "choose a lower --fps or a smaller --size"};
}

Warning held_back_warning(double target_fps, double achieved_fps) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(),
                "what takes the recording is too slow: %.1f frames a second instead of %.1f, so it "
                "plays %.1f times as fast as it happened",
                achieved_fps, target_fps, target_fps / achieved_fps);
  return {
      "held_back", text.data(),
      "choose a lower --fps, a smaller --size or a faster encoder behind the pipe, or --on-full "
      "drop"};
}

Warning source_hangs_warning(const std::string& output) {
  return {"source_hangs",
          "the system did not answer any more when it was asked for the picture of " + output +
              ": the recording shows the last one that came",
          "look whether a window or the graphics driver hangs"};
}

std::optional<Warning> DiskWatch::look(TimePoint at, std::int64_t bytes, Duration elapsed) {
  using namespace std::chrono_literals;
  constexpr std::int64_t always_low = std::int64_t{64} << 20;
  constexpr std::int64_t seconds_ahead = 30;
  if (told_ || at < next_) return std::nullopt;
  next_ = at + 1s;
  if (!is_regular_file(path_)) return std::nullopt;
  const auto free = free_space(path_);
  if (!free) return std::nullopt;
  const double rate = elapsed > 1s ? static_cast<double>(bytes) / to_s(elapsed) : 0;
  if (*free > std::max(always_low, static_cast<std::int64_t>(rate) * seconds_ahead))
    return std::nullopt;
  told_ = true;
  return Warning{
      "disk_low",
      "the disk of " + path_ + " is nearly full: " + std::to_string(*free >> 20) + " MB are left",
      "free some space; when it is full, the recording ends and keeps what it has"};
}

}  // namespace rustcam
