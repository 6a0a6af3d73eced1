#include "audio/sound_recorder.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "sound_bench.h"

using namespace rustcam;
using namespace rustcam::test;

// Catches: a resampler whose delay is forgotten, a drift of the wrong sign, sound placed by the
// time of a single block, early blocks that are not cut at the exact value.
TEST_CASE("each burst stands at its second, however wrong the device's clock is") {
  for (const std::string device :
       {"clap", "clap,ppm=20", "clap,ppm=-20", "clap,ppm=200,jitter=5", "clap,ppm=-200",
        "clap,ppm=500", "clap,ppm=-500,jitter=5,rate=44100,channels=1",
        "clap,rate=96000,channels=6,ppm=300"}) {
    CAPTURE(device);
    SoundBench bench(device);
    const std::vector<double> found = bursts(bench.record(12.5));
    REQUIRE(found.size() == 13);
    double sum = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double off = found[i] - static_cast<double>(i);
      CAPTURE(i);
      CHECK(std::abs(off) < 2e-3);
      sum += off;
    }
    CHECK(std::abs(sum / static_cast<double>(found.size())) < 1e-3);
    CHECK(bench.statistics.silence_s == 0);
    CHECK(bench.statistics.jumps == 0);
  }
}
