// x264's presets, and what each other encoder has nearest to them in live use.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rustcam {

struct Preset {
  std::string_view name;
  int lookahead;  ///< x264's rc-lookahead, in frames
  /// x264 encodes a frame in each thread. With these presets a key frame takes as long as several
  /// slots last: with fewer frames under way than this, those after it would be late. 0: as many as
  /// x264 takes by itself (the faster ones need no more, the slower ones do not keep up anyway).
  int threads;
  std::string_view nvenc;  ///< p1 is the fastest
  int vaapi;               ///< FFmpeg's compression_level, 1 to 7; drivers have fewer steps
  int vpx_speed;           ///< cpu-used with deadline realtime
  /// The default one is SVT-AV1's fastest: the next keeps up with fewer than half of the pictures
  /// of 1080p60 on two cores.
  int svtav1;
  int aom_speed;    ///< cpu-used with usage realtime
  int rav1e_speed;  ///< 10 is the fastest
};

/// From fast to slow.
std::span<const Preset> presets() noexcept;
/// Null if there is none of this name.
const Preset* find_preset(std::string_view name) noexcept;
/// The next faster one, of x264 or of NVENC; nullopt if there is none, or if `preset` is unknown.
std::optional<std::string> faster_preset(std::string_view preset);

}  // namespace rustcam
