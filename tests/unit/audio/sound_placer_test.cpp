#include "audio/sound_placer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "audio/sound_line.h"
#include "audio/virtual/virtual_sound.h"
#include "sound_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t block_frames = 480;

/// A device that claps, and a placer that puts what it makes on a line. Time 0 is slot 0.
struct Jig {
  virtual_sound::Device device;
  SoundPlacer placer{48000, 2, std::nullopt};
  SoundLine line{3600 * 48000};
  TimePoint zero{Duration(1'000'000'000'000)};
  std::int64_t next;  ///< of the device's values
  std::vector<float> samples;

  explicit Jig(const char* name, double from_s = 0)
      : device(virtual_sound::parse_device(name)), next(device.first_from(from_s)) {}

  double time_s() const { return device.time_of(next); }
  TimePoint at(double t) const { return zero + from_s(t); }
  void skip_until(double t) { next = device.first_from(t); }

  /// One block; its time is `error_s` wrong, and it comes `late_s` after its end.
  void block(double error_s = 0, bool broken = false, double late_s = 0) {
    samples.clear();
    for (std::int64_t i = 0; i < block_frames; ++i)
      samples.insert(samples.end(), 2, device.heard_at(device.time_of(next + i)));
    const double error = error_s + device.error_of(next);
    placer.add({samples, block_frames, at(time_s() + error), broken},
               at(device.time_of(next + block_frames) + late_s));
    next += block_frames;
    take();
  }
  void blocks_until(double t) {
    while (time_s() < t) block();
  }
  void take() {
    for (PlacedSound& sound : placer.take()) line.put(sound.at, std::move(sound.samples));
  }
  /// When bursts begin, up to now.
  std::vector<double> heard() {
    const auto frames = static_cast<std::size_t>(line.end());
    std::vector<float> sum(frames * 2, 0.0F);
    std::vector<std::uint8_t> any(frames, 0);
    line.add_to(0, 1, sum, any);
    return bursts(sum);
  }
  Percentiles offsets_us() {
    Histogram offsets;
    placer.take_offsets(offsets);
    return offsets.percentiles().value_or(Percentiles{});
  }
};

void check_seconds(const std::vector<double>& found, const std::vector<int>& seconds,
                   double within_s = 1e-3) {
  REQUIRE(found.size() == seconds.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i]);
    CHECK(std::abs(found[i] - seconds[i]) < within_s);
  }
}

}  // namespace

// Catches: sound from before slot 0 that shifts the rest, a cut at a block instead of a value, a
// clock that learns only after begin().
TEST_CASE("what was made before slot 0 is cut off at the exact value") {
  Jig jig("clap,ppm=400,jitter=5", -2.503);
  jig.blocks_until(0.7);  // slot 0 is told late
  CHECK(jig.line.end() == 0);
  jig.placer.begin(jig.zero);
  jig.take();
  CHECK(jig.line.end() > 33000);
  jig.blocks_until(2.5);
  check_seconds(jig.heard(), {0, 1, 2});
  CHECK(jig.placer.jumps() == 0);
}

// Catches: memory that grows until begin(); begin() long after slot 0 that finds nothing.
TEST_CASE("three seconds are kept for slot 0 to be told") {
  Jig jig("clap", -60.003);
  jig.blocks_until(2.5);
  jig.placer.begin(jig.zero);
  jig.take();
  check_seconds(jig.heard(), {0, 1, 2});
  Jig later("clap", -60.003);
  later.blocks_until(4.5);
  later.placer.begin(later.zero);
  later.take();
  check_seconds(later.heard(), {2, 3, 4});
}

// Catches: placing by the first block's time alone (5 ms off here), or waiting for ever.
TEST_CASE("without any sound before slot 0, a fifth of a second is learned from first") {
  Jig jig("clap,jitter=8", -0.003);
  jig.placer.begin(jig.zero);
  jig.blocks_until(0.15);
  CHECK(jig.line.end() == 0);
  jig.blocks_until(1.5);
  check_seconds(jig.heard(), {0, 1}, 3e-3);
}

// Catches: a lost time that is made up by steering (a minute, for a second), silence of the wrong
// length, sound after the gap that was placed before it was known, a count that stays 0.
TEST_CASE("lost sound becomes silence at once, whether the device tells of it or not") {
  for (const bool told : {false, true}) {
    CAPTURE(told);
    Jig jig("clap,ppm=200,jitter=5", -1.003);
    jig.placer.begin(jig.zero);
    jig.blocks_until(2.5);
    jig.skip_until(4.985);  // the next burst is in the second block
    jig.block(0, told);
    jig.blocks_until(6.5);
    check_seconds(jig.heard(), {0, 1, 2, 5, 6}, 3e-3);
    CHECK(jig.placer.jumps() == 1);
    CHECK(jig.offsets_us().max > 2e6);
  }
}

// Catches: a cut that is not made, or made by a resampler that runs on.
TEST_CASE("sound that comes twice is cut at once") {
  Jig jig("clap,jitter=5", -1.003);
  jig.placer.begin(jig.zero);
  jig.blocks_until(2.5);
  jig.skip_until(2.3);
  jig.blocks_until(5.5);
  check_seconds(jig.heard(), {0, 1, 2, 3, 4, 5}, 3e-3);
  CHECK(jig.placer.jumps() == 1);
}

// Catches: a loss of less than 50 ms that is left to steering although the device tells of it.
TEST_CASE("a small loss that the device tells of is mended at once, a false alarm is not") {
  Jig jig("clap", -1.003);
  jig.placer.begin(jig.zero);
  jig.blocks_until(2.5);
  jig.skip_until(2.53);
  jig.block(0, true);
  jig.blocks_until(3.5);
  check_seconds(jig.heard(), {0, 1, 2, 3});
  CHECK(jig.placer.jumps() == 0);  // it could have been steered
  const SoundTime end = jig.line.end();
  jig.block(0, true);
  jig.blocks_until(4.5);
  check_seconds(jig.heard(), {0, 1, 2, 3, 4});
  CHECK(jig.line.end() > end);
}

// Catches: sound that jumps after every time that is wrong.
TEST_CASE("a few times that are wrong move nothing") {
  Jig jig("clap,ppm=-100", -1.003);
  jig.placer.begin(jig.zero);
  for (int n = 0; jig.time_s() < 10.5; ++n) {
    double error = 0;
    if (n % 100 == 30) error = 0.9;
    if (n % 100 == 60 || n % 100 == 61) error = -0.4;
    jig.block(error);
  }
  check_seconds(jig.heard(), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(jig.placer.jumps() == 0);
}

// Catches: a backlog that is taken for a loss and its end for a repetition. The program was stopped
// for 2 s; whoever tells the time by the arrival tells wrong times then.
TEST_CASE("what comes late and all at once, with times that say so, stays in its place") {
  for (const bool times_are_wrong : {false, true}) {
    CAPTURE(times_are_wrong);
    Jig jig("clap,ppm=200", -1.003);
    jig.placer.begin(jig.zero);
    jig.blocks_until(3.5);
    while (jig.time_s() < 5.5) {
      const double late = 5.5 - jig.time_s();
      jig.block(times_are_wrong ? late : 0, false, late);
    }
    jig.blocks_until(8.5);
    check_seconds(jig.heard(), {0, 1, 2, 3, 4, 5, 6, 7, 8}, times_are_wrong ? 4e-3 : 1e-3);
    CHECK(jig.placer.jumps() == 0);
  }
}

// Catches: sound that is held for as long as times contradict one another.
TEST_CASE("nothing is held for long, even if times make no sense") {
  Jig jig("tone", -0.003);
  jig.placer.begin(jig.zero);
  double longest = 0;
  for (int n = 0; jig.time_s() < 20; ++n) {
    jig.block(jig.time_s() < 2 ? 0 : n % 2 == 0 ? 0.3 : -0.2);
    const double behind = jig.time_s() - static_cast<double>(jig.line.end()) / sound_rate;
    if (jig.time_s() > 1) longest = std::max(longest, behind);
  }
  CHECK(longest < 1);
  CHECK(longest > 0.2);
}

// Catches: what is held when a device falls silent, and is never placed.
TEST_CASE("what is held is placed once no more comes") {
  Jig jig("clap,ppm=100", -1.003);
  jig.placer.begin(jig.zero);
  jig.blocks_until(1.5);
  jig.skip_until(3.995);
  jig.block();
  jig.block();
  check_seconds(jig.heard(), {0, 1});
  jig.placer.settle();
  jig.take();
  check_seconds(jig.heard(), {0, 1, 4});
}

// Catches: a hole (no values, but a length) that is left out, so that all after it is early.
TEST_CASE("a hole that the system tells of is silence of its length") {
  Jig jig("clap", -1.003);
  jig.placer.begin(jig.zero);
  jig.blocks_until(1.5);
  const std::int64_t frames = jig.device.first_from(2.2) - jig.next;
  jig.placer.add({{}, frames, jig.at(jig.time_s()), false}, jig.at(2.2));
  jig.skip_until(2.2);
  jig.blocks_until(4.5);
  check_seconds(jig.heard(), {0, 1, 3, 4});
  CHECK(jig.placer.jumps() == 0);
}

// Catches: what is kept before slot 0 that is looked for in a row that is empty by then.
TEST_CASE("a hole longer than what is kept before slot 0 does no harm") {
  Jig jig("clap", 0.5);
  const std::vector<float> none;
  jig.placer.add({none, 4 * 48000, jig.at(-3.5), false}, jig.at(0.5));
  jig.block();
  jig.placer.begin(jig.zero);
  jig.blocks_until(2.5);
  check_seconds(jig.heard(), {1, 2});
}

// Catches: a value that is no number, as a faulty program plays it, which spoils what is next to it
// and comes to an encoder: that of AAC gives up then, and the recording with it.
TEST_CASE("what is no number, or beyond all measure, is silence") {
  constexpr float largest = std::numeric_limits<float>::max();
  constexpr float infinite = std::numeric_limits<float>::infinity();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinite, -infinite, largest}) {
    CAPTURE(bad);
    SoundPlacer placer(48000, 2, std::nullopt);
    placer.begin(TimePoint{});
    std::vector<float> block(2 * block_frames, 0.5F);
    block[100] = bad;
    for (int i = 0; i < 30; ++i)
      placer.add({block, block_frames, TimePoint{} + i * 10ms, false}, TimePoint{} + i * 10ms);
    std::size_t values = 0;
    for (const PlacedSound& sound : placer.take()) {
      values += sound.samples.size();
      CHECK(std::all_of(sound.samples.begin(), sound.samples.end(),
                        [](float value) { return std::abs(value) < 1; }));
    }
    CHECK(values > 20 * block.size());
  }
}
