#include "audio/resampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "audio/sound.h"
#include "base/time.h"

using namespace rustcam;

namespace {

/// A bump 2 ms wide around input value `middle`: where its middle of mass lies in the output tells
/// where the input is to a hundredth of a value.
float bump(double value, double middle, int rate) {
  const double x = (value - middle) / (0.001 * rate);
  return std::abs(x) < 1 ? static_cast<float>(0.5 + 0.5 * std::cos(std::numbers::pi * x)) : 0;
}

double middle_of_mass(const std::vector<float>& stereo) {
  double mass = 0;
  double moment = 0;
  for (std::size_t i = 0; i < stereo.size() / 2; ++i) {
    mass += stereo[2 * i];
    moment += stereo[2 * i] * static_cast<double>(i);
  }
  return moment / mass;
}

}  // namespace

// Catches: any delay of the filter that is left out, at the start (an empty history) or later.
TEST_CASE("it is known which input an output shows") {
  for (const int rate : {8000, 22050, 44100, 48000, 96000, 192000, 384000})
    for (const int channels : {1, 2, 6})
      for (const int block : {rate / 1000, rate / 100, rate / 10}) {
        CAPTURE(rate);
        CAPTURE(channels);
        CAPTURE(block);
        Resampler resampler(rate, channels);
        CHECK(resampler.next_input() == 0);
        const double middle = 0.5 * rate + 0.25;
        std::vector<float> out;
        std::vector<double> shows;  // for each output, the input that it is to show
        std::int64_t value = 0;
        while (value < rate) {
          std::vector<float> in;
          for (int i = 0; i < block; ++i, ++value)
            in.insert(in.end(), static_cast<std::size_t>(channels),
                      bump(static_cast<double>(value), middle, rate));
          const double from = resampler.next_input();
          const std::size_t before = out.size() / 2;
          // Steered to and fro, and known all the same.
          const double pace = (value / block) % 2 == 0 ? 0.0009 : -0.0004;
          resampler.set_pace(pace);
          resampler.feed(in, out);
          const double step =
              (resampler.next_input() - from) / static_cast<double>(out.size() / 2 - before);
          for (std::size_t i = before; i < out.size() / 2; ++i)
            shows.push_back(from + step * static_cast<double>(i - before));
          if (out.size() / 2 - before > 100)
            CHECK(std::abs(step * sound_rate / rate - 1 - pace) < 2e-5);
        }
        const double found = middle_of_mass(out);
        const auto index = static_cast<std::size_t>(found);
        const double shown =
            shows[index] + (found - static_cast<double>(index)) * rate / sound_rate;
        CHECK(std::abs(shown - middle) < 0.05 * std::max(1.0, rate / 48000.0));
      }
}

// Catches: FFmpeg's own rule for one channel, which is 3 dB quieter; sides that are swapped.
TEST_CASE("one channel is heard as loud on both sides, two stay where they are") {
  const auto steady = [](int channels, std::vector<float> frame) {
    Resampler resampler(44100, channels);
    std::vector<float> in;
    for (int i = 0; i < 4410; ++i) in.insert(in.end(), frame.begin(), frame.end());
    std::vector<float> out;
    resampler.feed(in, out);
    return std::vector<float>(out.begin() + 2000, out.begin() + 2002);
  };
  const std::vector<float> one = steady(1, {0.5F});
  CHECK(one[0] == doctest::Approx(0.5).epsilon(1e-3));
  CHECK(one[1] == doctest::Approx(0.5).epsilon(1e-3));
  const std::vector<float> two = steady(2, {0.5F, -0.25F});
  CHECK(two[0] == doctest::Approx(0.5).epsilon(1e-3));
  CHECK(two[1] == doctest::Approx(-0.25).epsilon(1e-3));
}

// Catches: a filter that does not interpolate between its phases (noise at -60 dB), a step where
// the pace changes.
TEST_CASE("a tone stays pure while the pace changes") {
  constexpr double turn = 2 * std::numbers::pi * 1000;
  Resampler resampler(48000, 2);
  std::vector<float> out;
  double pace = 0;
  for (std::int64_t value = 0; value < 48000 * 4;) {
    std::vector<float> in;
    for (int i = 0; i < 480; ++i, ++value)
      in.insert(in.end(), 2,
                static_cast<float>(0.25 * std::sin(turn * static_cast<double>(value) / 48000)));
    pace = std::clamp(pace + (value % 9600 < 4800 ? 1e-4 : -1e-4), -1e-3, 1e-3);
    resampler.set_pace(pace);
    resampler.feed(in, out);
  }
  // Of a sine, this is 0 everywhere; one value slipped makes it 0.03.
  const double twice_cos = 2 * std::cos(turn / 48000);
  double worst = 0;
  for (std::size_t i = 200; i + 200 < out.size() / 2; ++i) {
    const double here = out[2 * i];
    worst = std::max(worst, std::abs(static_cast<double>(out[2 * i + 2]) +
                                     static_cast<double>(out[2 * i - 2]) - twice_cos * here));
  }
  CHECK(worst < 2e-5);
}
