#include "audio/device_clock.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <string>

#include "audio/sound.h"
#include "audio/steering.h"

using namespace rustcam;

namespace {

/// How wrong a device is about the time of its block `n`, in seconds.
using Jitter = std::function<double(std::int64_t n)>;

/// Looks like chance, from -1 to 1, and is always the same.
double chance(std::int64_t n) {
  auto mixed = static_cast<std::uint64_t>(n + 1) * 0x9E3779B97F4A7C15U;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return static_cast<double>((mixed ^ (mixed >> 31)) >> 11) / (1ULL << 52) - 1;
}

struct Steered {
  double worst_s = 0;          ///< distance of sound from its place
  double worst_settled_s = 0;  ///< after the first half minute
  double drift_ppm = 0;
  double fastest_ppm = 0;  ///< the resampler's pace
};

/// A device's clock, the controller, and a resampler that is arithmetic only.
/// `late`: how many seconds the device has fallen behind at a time, beside its steady error.
Steered steer(
    double ppm, double seconds, const Jitter& jitter, std::int64_t frames = 480,
    const std::function<double(double t)>& late = [](double) { return 0.0; }) {
  const TimePoint begun{Duration(77'000'000'123)};
  const double second = sound_rate * (1 + ppm * 1e-6);  // values
  const auto made_at = [&](double value) { return value / second + late(value / second); };
  DeviceClock clock(sound_rate);
  Steered result;
  double used = 0;    // of the device's values
  double placed = 0;  // of the line
  const std::int64_t before_begin = 20;
  const auto blocks = static_cast<std::int64_t>(seconds * second / static_cast<double>(frames));
  for (std::int64_t n = 0; n < blocks; ++n) {
    const std::int64_t at = n * frames;
    clock.learn(at, frames, begun + from_s(made_at(static_cast<double>(at)) + jitter(n)));
    if (n < before_begin) continue;
    if (n == before_begin) placed = to_s(clock.time_of(0) - begun) * sound_rate;
    const double place = to_s(clock.time_of(used) - begun) * sound_rate;
    const double now = pace((place - placed) / sound_rate, clock.drift());
    const double values = static_cast<double>(at + frames) - used;
    used += values;
    placed += values / (1 + now);
    const double off = std::abs(placed / sound_rate - made_at(used));
    result.worst_s = std::max(result.worst_s, off);
    if (made_at(used) > 30) result.worst_settled_s = std::max(result.worst_settled_s, off);
    result.fastest_ppm = std::max(result.fastest_ppm, std::abs(now) * 1e6);
  }
  result.drift_ppm = clock.drift() * 1e6;
  return result;
}

}  // namespace

// Catches: no integral part (500 ppm stay 0.7 ms off), a drift of the wrong sign, a filter that
// believes each time (gains of 1).
TEST_CASE("a device that is off by up to 500 ppm stays within 5 ms, whatever its times jitter") {
  struct Shape {
    const char* name;
    double within_s;  ///< once it has settled; what is late on average cannot be known
    Jitter jitter;
  };
  const Shape shapes[] = {
      {"none", 0.1e-3, [](std::int64_t) { return 0.0; }},
      {"up to 5 ms either way", 0.6e-3, [](std::int64_t n) { return 5e-3 * chance(n); }},
      {"a saw of 4 ms", 2.4e-3,
       [](std::int64_t n) { return 4e-3 * static_cast<double>(n % 37) / 36; }},
      {"late by 30 ms for a tenth of a second, every 5 s", 1.5e-3,
       [](std::int64_t n) { return n % 500 >= 490 ? 0.03 : 0.0; }},
      {"a wave of 3 ms, as long as a second", 0.5e-3,
       [](std::int64_t n) { return 3e-3 * std::sin(static_cast<double>(n) * 0.0628); }},
  };
  for (const Shape& shape : shapes)
    for (const double ppm : {20.0, -20.0, 200.0, -200.0, 500.0, -500.0}) {
      CAPTURE(std::string(shape.name));
      CAPTURE(ppm);
      const Steered result = steer(ppm, 120, shape.jitter);
      CHECK(result.worst_s < 5e-3);
      CHECK(result.worst_settled_s < shape.within_s);
      CHECK(std::abs(result.drift_ppm - ppm) < 40);
      CHECK(result.fastest_ppm <= 1000);
    }
}

// Catches: a drift that is learned once only, a memory of many minutes.
TEST_CASE("four hours are as good as the first minute, though the device's clock wanders") {
  const auto jitter = [](std::int64_t n) { return 4e-3 * chance(n); };
  // 50 ppm up and down in half an hour.
  constexpr double slowness = 1800 / (2 * std::numbers::pi);
  const auto swing = [](double t) { return 50e-6 * slowness * std::sin(t / slowness); };
  for (const double ppm : {450.0, -300.0}) {
    const Steered result = steer(ppm, 4 * 3600, jitter, 480, swing);
    CHECK(result.worst_settled_s < 0.6e-3);
    CHECK(std::abs(result.drift_ppm - (ppm - 50)) < 10);
  }
}

// Catches: a memory that is too long to follow what a busy server loses, times that are taken to
// jitter although they do not, a controller that is slow.
TEST_CASE("a device that loses 7 ms within 5 s is followed") {
  const auto jitter = [](std::int64_t n) { return 1e-3 * chance(n); };
  const auto episode = [](double t) { return 7e-3 * std::clamp((t - 60) / 5, 0.0, 1.0); };
  const Steered result = steer(-100, 120, jitter, 960, episode);
  CHECK(result.worst_s < 4.2e-3);
  CHECK(result.drift_ppm < -50);
  CHECK(result.drift_ppm > -180);
}

// Catches: time that is counted in blocks, whatever their length.
TEST_CASE("the length of blocks does not matter") {
  const auto jitter = [](std::int64_t n) { return 4e-3 * chance(n); };
  for (const std::int64_t frames : {64, 480, 4800}) {
    CAPTURE(frames);
    const Steered result = steer(300, 120, jitter, frames);
    CHECK(result.worst_settled_s < 2e-3);
    CHECK(std::abs(result.drift_ppm - 300) < 25);
  }
}

// Catches: a shift() that is not added, or that forgets the drift.
TEST_CASE("after a jump the clock stands elsewhere, and runs as before") {
  DeviceClock clock(44100);
  const TimePoint begun{Duration(5'000'000'000)};
  const auto made = [&](std::int64_t at) {
    return begun + from_s(static_cast<double>(at) / (44100 * (1 + 200e-6)));
  };
  CHECK_FALSE(clock.started());
  std::int64_t at = 0;
  for (; at < 44100 * 40; at += 441) clock.learn(at, 441, made(at));
  CHECK(clock.started());
  CHECK(clock.knows_drift());
  CHECK(std::abs(clock.drift() * 1e6 - 200) < 5);
  CHECK(std::abs(clock.lateness_s(at, made(at) + std::chrono::milliseconds(80)) - 0.08) < 1e-4);
  clock.shift(0.08);
  CHECK(std::abs(clock.lateness_s(at, made(at) + std::chrono::milliseconds(80))) < 1e-4);
  CHECK(std::abs(clock.drift() * 1e6 - 200) < 5);
  CHECK(std::abs(to_s(clock.time_of(static_cast<double>(at) + 0.5) - made(at)) - 0.08) < 1e-3);
}

// Catches: a drift from before that is not used.
TEST_CASE("a drift that is known from before is used at once") {
  const DeviceClock fresh(48000);
  CHECK_FALSE(fresh.knows_drift());
  const DeviceClock again(48000, 300e-6);
  CHECK(again.knows_drift());
  CHECK(again.drift() == 300e-6);
}
