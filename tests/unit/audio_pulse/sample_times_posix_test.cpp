#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>

#include "audio/pulse/sample_times.h"

namespace rustcam::pulse {
namespace {

using std::chrono::milliseconds;

TimePoint made_ms(std::int64_t ms) {
  return TimePoint(milliseconds(ms));
}

TEST_CASE("a sample's time is reckoned from the one that the server told of") {
  SampleTimes times(48000);
  CHECK_FALSE(times.known());
  times.learn(4800, made_ms(1000));
  CHECK(times.known());
  CHECK(times.at(4800) == made_ms(1000));
  CHECK(times.at(9600) == made_ms(1100));
  CHECK(times.at(0) == made_ms(900));
}

TEST_CASE("an answer that was held up moves nothing, nor does one that is early") {
  SampleTimes times(48000);
  std::int64_t ms = 0;
  for (const std::int64_t late : {0, 30, 0, 20, -15, 40}) {
    ms += 100;
    times.learn(ms * 48, made_ms(ms + late));
  }
  CHECK(times.at(48 * 600) == made_ms(600));
}

TEST_CASE("a clock that is off is followed") {
  SampleTimes times(48000);
  // 1000 samples of the device take 21 ms: it is slow, by 8 in a thousand.
  for (std::int64_t n = 0; n < 100; ++n) times.learn(n * 1000, made_ms(n * 21));
  const Duration error = times.at(99'000) - made_ms(99 * 21);
  CHECK(error > milliseconds(-1));
  CHECK(error < milliseconds(1));
}

TEST_CASE("what was lost is believed when three say so") {
  SampleTimes times(48000);
  for (std::int64_t n = 1; n <= 6; ++n) CHECK_FALSE(times.learn(n * 480, made_ms(n * 10)));
  CHECK_FALSE(times.learn(7 * 480, made_ms(7 * 10 + 180)));
  CHECK(times.doubtful());
  CHECK(times.at(7 * 480) == made_ms(70));
  CHECK_FALSE(times.learn(8 * 480, made_ms(8 * 10 + 180)));
  CHECK(times.learn(9 * 480, made_ms(9 * 10 + 180)));
  CHECK_FALSE(times.doubtful());
  CHECK(times.at(9 * 480) == made_ms(270));
}

TEST_CASE("what was forgotten has no say") {
  SampleTimes times(48000);
  for (int n = 0; n < 5; ++n) times.learn(0, made_ms(1000));
  times.forget();
  CHECK_FALSE(times.known());
  times.learn(0, made_ms(5000));
  CHECK(times.at(0) == made_ms(5000));
}

}  // namespace
}  // namespace rustcam::pulse
