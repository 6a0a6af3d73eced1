#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "audio/pulse/mixer.h"

namespace rustcam::pulse {
namespace {

using std::chrono::milliseconds;

constexpr int rate = 48000;

TimePoint after_ms(std::int64_t ms) {
  return TimePoint(milliseconds(ms));
}

/// Streams that deliver pieces, and what comes out of the mixer, as one line from its first sample.
class MixerBench {
 public:
  void add(std::uint32_t stream, std::int64_t made_ms, std::int64_t ms, float value) {
    const std::vector<float> piece(static_cast<std::size_t>(ms * rate / 1000 * 2), value);
    SoundBlock given;
    given.frames = ms * rate / 1000;
    given.samples = piece;
    given.made = after_ms(made_ms);
    mixer.add(stream, given, after_ms(made_ms + ms));
  }
  bool take(std::int64_t at_ms) { return mixer.take(block, samples, after_ms(at_ms)); }
  float at_ms(std::int64_t ms) const {
    return samples.at(
        static_cast<std::size_t>((after_ms(ms) - block.made).count() * rate / 1'000'000'000 * 2));
  }
  std::int64_t length_ms() const { return block.frames * 1000 / rate; }

  Mixer mixer{rate};
  SoundBlock block;
  std::vector<float> samples;
};

TEST_CASE("one stream passes as it is, with its time") {
  MixerBench bench;
  CHECK_FALSE(bench.take(1000));
  bench.add(7, 1000, 20, 0.5F);
  REQUIRE(bench.take(1020));
  CHECK(bench.block.made == after_ms(1000));
  CHECK(bench.length_ms() == 20);
  CHECK(bench.block.samples.size() == bench.samples.size());
  CHECK(bench.at_ms(1010) == 0.5F);
  CHECK_FALSE(bench.take(1020));
}

TEST_CASE("streams are added where they overlap in time") {
  MixerBench bench;
  bench.add(1, 1000, 40, 0.5F);
  bench.add(2, 1010, 20, 0.25F);
  REQUIRE(bench.take(1040));
  // Only as far as both have come.
  CHECK(bench.block.made == after_ms(1000));
  CHECK(bench.length_ms() == 30);
  CHECK(bench.at_ms(1005) == 0.5F);
  CHECK(bench.at_ms(1015) == 0.75F);
  bench.add(2, 1030, 20, 0.25F);
  REQUIRE(bench.take(1050));
  CHECK(bench.block.made == after_ms(1030));
  CHECK(bench.at_ms(1035) == 0.75F);
}

TEST_CASE("a stream that has paused holds nobody up") {
  MixerBench bench;
  bench.add(1, 1000, 20, 0.5F);
  bench.add(2, 1000, 20, 0.5F);
  REQUIRE(bench.take(1020));
  bench.add(1, 1020, 20, 0.5F);
  CHECK_FALSE(bench.take(1040));
  CHECK(bench.mixer.due() == after_ms(1120));
  REQUIRE(bench.take(1120));
  CHECK(bench.block.made == after_ms(1020));
  CHECK(bench.length_ms() == 20);
}

TEST_CASE("times that jitter leave no seam, times that jump do") {
  MixerBench bench;
  bench.add(1, 1000, 20, 0.5F);
  bench.add(1, 1023, 20, 0.5F);
  REQUIRE(bench.take(1043));
  CHECK(bench.length_ms() == 40);
  bench.add(1, 2000, 20, 0.5F);
  REQUIRE(bench.take(2020));
  CHECK(bench.length_ms() == 20);
  CHECK(bench.block.made >= after_ms(1990));
}

TEST_CASE("a program that begins anew after all were silent is at its own time") {
  MixerBench bench;
  bench.add(1, 1000, 20, 0.5F);
  REQUIRE(bench.take(1020));
  bench.mixer.remove(1);
  bench.add(2, 9000, 20, 0.5F);
  REQUIRE(bench.take(9020));
  CHECK(bench.block.made == after_ms(9000));
  CHECK(bench.length_ms() == 20);
}

TEST_CASE("what comes too late is cut, and a hole is silence") {
  MixerBench bench;
  bench.add(1, 1000, 100, 0.5F);
  REQUIRE(bench.take(1100));
  bench.add(2, 1050, 100, 0.25F);
  bench.add(1, 1100, 50, 0.5F);
  REQUIRE(bench.take(1150));
  CHECK(bench.block.made == after_ms(1100));
  CHECK(bench.length_ms() == 50);
  CHECK(std::all_of(bench.samples.begin(), bench.samples.end(),
                    [](float value) { return value == 0.75F; }));
  SoundBlock hole;
  hole.frames = 480;
  hole.made = after_ms(1150);
  bench.mixer.add(1, hole, after_ms(1160));
  bench.mixer.remove(2);
  REQUIRE(bench.take(1160));
  CHECK(bench.length_ms() == 10);
  CHECK(bench.at_ms(1155) == 0.0F);
}

}  // namespace
}  // namespace rustcam::pulse
