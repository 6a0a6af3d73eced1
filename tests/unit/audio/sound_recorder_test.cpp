#include "audio/sound_recorder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "platform/worker.h"
#include "scripted_sound.h"
#include "sound_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

/// How strong `hz` is on the left side, as the amplitude of a sine.
double strength(std::span<const float> stereo, double hz) {
  double real = 0;
  double imaginary = 0;
  const std::size_t frames = stereo.size() / 2;
  for (std::size_t i = 0; i < frames; ++i) {
    const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / sound_rate;
    real += stereo[2 * i] * std::cos(angle);
    imaginary += stereo[2 * i] * std::sin(angle);
  }
  return 2 * std::hypot(real, imaginary) / static_cast<double>(frames);
}

}  // namespace

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
    CHECK(bench.statistics.reconnects == 0);
    CHECK(bench.statistics.device == device);
  }
}

// Catches: no pre-roll, or one that teaches nothing: then the first seconds are wrong.
TEST_CASE("the first second is right already, with or without sound before it") {
  for (const Duration preroll : {Duration(0ms), Duration(100ms), Duration(400ms)}) {
    SoundBench bench("clap,ppm=500,jitter=5");
    SoundRecorder recorder(bench.options, bench.clock);
    bench.clock.sleep_until(bench.zero + preroll);
    CHECK(recorder.feed().available() == 0);
    recorder.begin(bench.zero + preroll);
    const std::vector<double> found = bursts(bench.read(recorder, 3.2));
    REQUIRE(found.size() == 3 + (preroll == Duration(0) ? 1 : 0));
    for (const double at : found) {
      const double second = at + to_s(preroll);
      CHECK(std::abs(second - std::round(second)) < 4e-3);
    }
  }
}

// Catches: a delay of the wrong sign, one that shifts the feed's time as well.
TEST_CASE("sound is placed later, or earlier, by as much as was asked for") {
  for (const Duration delay : {Duration(250ms), Duration(-250ms)}) {
    SoundBench bench("clap");
    bench.options.delay = delay;
    const std::vector<double> found = bursts(bench.record(4.5));
    REQUIRE(found.size() >= 4);
    for (const double at : found) {
      const double second = at - to_s(delay);
      CHECK(std::abs(second - std::round(second)) < 1e-3);
    }
  }
}

// Catches: a step where the resampler is steered, jitter that comes through as noise.
TEST_CASE("a tone stays pure while 500 ppm and jitter are steered away") {
  SoundBench bench("tone,hz=1000,ppm=500,jitter=5");
  const std::vector<float> sound = bench.record(10);
  // Of a sine, this is 0 everywhere; a step of one value makes it 0.03.
  const double twice_cos = 2 * std::cos(2 * std::numbers::pi * 1000 / sound_rate);
  double worst = 0;
  for (std::size_t i = 100; i + 100 < sound.size() / 2; ++i)
    worst = std::max(worst, std::abs(static_cast<double>(sound[2 * i + 2]) +
                                     static_cast<double>(sound[2 * i - 2]) -
                                     twice_cos * static_cast<double>(sound[2 * i])));
  CHECK(worst < 3e-5);
  REQUIRE(bench.statistics.drift_ppm);
  CHECK(std::abs(*bench.statistics.drift_ppm - 500) < 60);
  REQUIRE(bench.statistics.offset_us);
  CHECK(bench.statistics.offset_us->max < 5000);
  // Its pitch is the true one, not the device's: over 5 s, 500 ppm would turn it 2.5 times.
  const auto part = std::span(sound).subspan(sound.size() / 2);
  CHECK(strength(part, 1000) == doctest::Approx(0.25).epsilon(0.01));
}

// Catches: a mix that is normalised, gains that are lost, a source that is missing, a rate or a
// number of channels that is taken for another.
TEST_CASE("sources are summed with their gains, whatever their rates and channels") {
  SoundBench bench(
      "tone,hz=400,rate=44100|tone,hz=700,channels=1,rate=96000@-6dB|tone,hz=1100,channels=6,rate="
      "22050@-12dB");
  const std::vector<float> sound = bench.record(2);
  const auto part = std::span(sound).subspan(sound.size() / 2);
  CHECK(strength(part, 400) == doctest::Approx(0.25).epsilon(0.01));
  CHECK(strength(part, 700) == doctest::Approx(0.25 * 0.501).epsilon(0.01));
  CHECK(strength(part, 550) < 1e-3);
  CHECK(strength(part, 1100) > 0.25 * 0.25);
  CHECK(bench.statistics.device.find('|') != std::string::npos);
}

// Catches: sums beyond full scale, a clipper that flattens, one that touches a source of its own.
TEST_CASE("what would be too loud is clipped softly, a single source is left alone") {
  SoundBench loud("tone@12dB|tone@6dB");
  const std::vector<float> sound = loud.record(1);
  const auto [least, most] = std::minmax_element(sound.begin(), sound.end());
  CHECK(*most <= 1);
  CHECK(*most > 0.97F);
  CHECK(*least >= -1);
  SoundBench single("a");
  ScriptedSound scripted;
  scripted.scripts["a"] = std::make_shared<SoundScript>();
  scripted.scripts["a"]->heard = [](double) { return 0.95F; };
  single.options.backend_of = [&](const SoundTarget&) -> const SoundBackend& { return scripted; };
  CHECK(single.record(1)[10000] == doctest::Approx(0.95).epsilon(1e-3));
}

// Catches: no bound, a bound that shifts what comes after.
TEST_CASE("of what nobody reads 30 s are kept; what follows is in its place") {
  SoundBench bench("clap,ppm=100");
  SoundRecorder recorder(bench.options, bench.clock);
  bench.clock.sleep_until(bench.zero + 1s);
  recorder.begin(bench.zero + 1s);
  bench.clock.sleep_until(bench.zero + 41500ms);
  CHECK(recorder.feed().available() > 40 * sound_rate);
  const std::vector<double> found = bursts(bench.read(recorder, 45.5));
  REQUIRE(found.size() == 30 + 5);
  for (const double at : found) CHECK(std::abs(at - std::round(at)) < 2e-3);
  CHECK(found[29] < 29.1);
  CHECK(found[30] > 40.9);
  CHECK(recorder.statistics().silence_s > 10);
}

// Catches: a read that jumps and gets what it left out.
TEST_CASE("what lies between two reads is dropped") {
  SoundBench bench("clap");
  SoundRecorder recorder(bench.options, bench.clock);
  bench.clock.sleep_until(bench.zero + 1s);
  recorder.begin(bench.zero + 1s);
  std::vector<float> piece(2000);
  recorder.feed().read(0, piece);
  CHECK(piece[0] > 0.6F);
  recorder.feed().read(2 * sound_rate - 480, piece);
  CHECK(bursts(piece).size() == 1);
  CHECK(bursts(piece)[0] == doctest::Approx(0.01).epsilon(0.01));
}

// Catches: a reader that hurry() does not wake, before begin() or after.
TEST_CASE("who hurries waits for nothing") {
  for (const bool begun : {false, true}) {
    SoundBench bench("clap");
    SoundRecorder recorder(bench.options, bench.clock);
    if (begun) recorder.begin(bench.zero);
    Worker beside(bench.clock, [&] {
      bench.clock.sleep_until(bench.zero + 2s);
      recorder.feed().hurry();
    });
    std::vector<float> sound(100 * 2 * sound_rate);
    recorder.feed().read(0, sound);
    CHECK(bench.clock.now() <= bench.zero + 2100ms);
    CHECK(bursts(sound).size() == (begun ? 2 : 0));
    recorder.feed().read(100 * sound_rate, sound);
    CHECK(bench.clock.now() <= bench.zero + 2100ms);
  }
}

// Catches: a peak that never falls, one of what is clipped already.
TEST_CASE("the peak is that of the last fifth of a second, and tells of what is too loud") {
  SoundBench bench("clap@6dB");
  SoundRecorder recorder(bench.options, bench.clock);
  CHECK(recorder.peak() == 0);
  bench.clock.sleep_until(bench.zero + 1s);
  recorder.begin(bench.zero + 1s);
  std::vector<float> piece(2 * sound_rate / 10);
  recorder.feed().read(0, piece);
  CHECK(recorder.peak() == doctest::Approx(1.6).epsilon(0.05));
  CHECK(*std::max_element(piece.begin(), piece.end()) <= 1);
  recorder.feed().read(sound_rate / 10, piece);
  recorder.feed().read(sound_rate / 5, piece);
  recorder.feed().read(3 * sound_rate / 10, piece);
  CHECK(recorder.peak() < 0.01F);
}

// On the machine's own clock, with the threads really at the same time: for ThreadSanitizer.
TEST_CASE("it is read, asked and ended from different threads") {
  Clock& clock = machine_clock();
  SoundRecorderOptions options;
  options.mix = parse_sound("clap,ppm=300|tone,loss=0.3+0.2,rate=44100");
  options.backend_of = [](const SoundTarget&) -> const SoundBackend& { return built_in_sound(); };
  SoundRecorder recorder(options, clock);
  std::vector<float> sound(sound_rate * sound_channels);
  {
    Worker reader(clock, [&] {
      for (std::size_t at = 0; at < sound.size(); at += 960)
        recorder.feed().read(static_cast<SoundTime>(at / sound_channels),
                             std::span(sound).subspan(at, 960));
    });
    recorder.begin(clock.now());
    while (recorder.feed().available() < sound_rate / 2) {
      CHECK(recorder.peak() < 2);
      CHECK(recorder.statistics().reconnects <= 1);
      clock.sleep_until(clock.now() + 5ms);
    }
    recorder.feed().hurry();
  }
}
