// What tests of recorded sound share: a clock that is played, and a recorder with built-in devices.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "audio/sound.h"
#include "audio/sound_recorder.h"
#include "support/simulated_clock.h"

namespace rustcam::test {

/// A recording of sound on the simulated clock. Slot 0 stands on a whole second of the signal.
struct SoundBench {
  SimulatedClock clock;
  TimePoint zero = clock.now();
  SoundRecorderOptions options;

  explicit SoundBench(const std::string& mix) {
    options.mix = parse_sound(mix);
    options.backend_of = [](const SoundTarget&) -> const SoundBackend& { return built_in_sound(); };
    options.screen_zero = zero;
  }

  /// Reads `seconds` from `begin_s` on as an encoder does, a piece after the other.
  std::vector<float> read(SoundRecorder& recorder, double seconds, double begin_s = 0) {
    constexpr std::size_t piece = 1024;
    const auto begin = static_cast<SoundTime>(begin_s * sound_rate);
    std::vector<float> all(static_cast<std::size_t>(seconds * sound_rate) * sound_channels);
    for (std::size_t i = 0; i < all.size(); i += piece * sound_channels) {
      const std::size_t length = std::min(piece * sound_channels, all.size() - i);
      recorder.feed().read(begin + static_cast<SoundTime>(i / sound_channels),
                           std::span(all).subspan(i, length));
    }
    return all;
  }
  /// `seconds` of the mix from `t0` on, which is `preroll` after the opening.
  std::vector<float> record(double seconds, Duration preroll = std::chrono::seconds(1)) {
    SoundRecorder recorder(options, clock);
    clock.sleep_until(zero + preroll);
    recorder.begin(zero + preroll);
    std::vector<float> all = read(recorder, seconds);
    statistics = recorder.statistics();
    return all;
  }
  SoundStatistics statistics;
};

/// Where, in seconds, bursts begin: the first value above a third of full scale after silence.
inline std::vector<double> bursts(const std::vector<float>& stereo) {
  std::vector<double> found;
  std::size_t quiet = sound_rate;
  for (std::size_t i = 0; i < stereo.size() / sound_channels; ++i) {
    const bool loud = std::abs(stereo[i * sound_channels]) > 0.3F;
    if (loud && quiet > sound_rate / 20) found.push_back(static_cast<double>(i) / sound_rate);
    quiet = loud ? 0 : quiet + 1;
  }
  return found;
}

}  // namespace rustcam::test
