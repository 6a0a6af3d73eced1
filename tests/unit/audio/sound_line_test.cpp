#include "audio/sound_line.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace rustcam;

namespace {

/// `frames` frames that count up from `first`, the right side negative.
std::vector<float> counting(int frames, float first) {
  std::vector<float> samples;
  for (int i = 0; i < frames; ++i) {
    samples.push_back(first + static_cast<float>(i));
    samples.push_back(-samples.back());
  }
  return samples;
}

struct Read {
  std::vector<float> left;
  std::vector<std::uint8_t> heard;
};

Read read(const SoundLine& line, SoundTime at, std::size_t frames, float gain = 1) {
  Read read{{}, std::vector<std::uint8_t>(frames, 0)};
  std::vector<float> sum(frames * 2, 0.0F);
  line.add_to(at, gain, sum, read.heard);
  for (std::size_t i = 0; i < frames; ++i) {
    read.left.push_back(sum[2 * i]);
    CHECK(sum[2 * i + 1] == -sum[2 * i]);
  }
  return read;
}

}  // namespace

// Catches: a cut that is off by a frame or by a side, gaps that are closed.
TEST_CASE("sound stands where it was put: what overlaps is cut, gaps are silence") {
  SoundLine line(1000);
  line.put(-2, counting(4, 1));  // 3 4 are at 0 and 1
  CHECK(line.end() == 2);
  line.put(1, counting(3, 10));  // 11 12 are at 2 and 3
  line.put(0, counting(3, 50));  // too late altogether
  CHECK(line.end() == 4);
  line.put(6, counting(1, 20));
  CHECK(line.end() == 7);
  const Read all = read(line, 0, 8);
  CHECK(all.left == std::vector<float>{3, 4, 11, 12, 0, 0, 20, 0});
  CHECK(all.heard == std::vector<std::uint8_t>{1, 1, 1, 1, 0, 0, 1, 0});
  CHECK(read(line, 3, 4, 2).left == std::vector<float>{24, 0, 0, 40});
}

// Catches: silence that is not final, so that two readers would hear different things.
TEST_CASE("what was told to be silence, or was read, stays so") {
  SoundLine line(1000);
  line.put(0, counting(4, 1));
  line.silence_until(6);
  line.silence_until(5);
  CHECK(line.end() == 6);
  line.put(4, counting(4, 10));
  CHECK(read(line, 4, 4).left == std::vector<float>{0, 0, 12, 13});
  line.drop_until(20);
  line.put(18, counting(4, 1));
  CHECK(read(line, 18, 4).left == std::vector<float>{0, 0, 3, 4});
}

// Catches: no bound, a bound that loses the place of what follows, room that is not given back.
TEST_CASE("what has no room is silence, and what comes later has its place") {
  SoundLine line(10);
  line.put(0, counting(8, 1));
  line.put(8, counting(8, 100));
  CHECK(line.end() == 16);
  line.drop_until(8);
  line.put(16, counting(8, 200));
  const Read all = read(line, 8, 16);
  CHECK(std::count(all.heard.begin(), all.heard.begin() + 8, 0) == 8);
  CHECK(all.left[8] == 200);
  CHECK(all.left[15] == 207);
}
