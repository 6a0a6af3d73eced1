#include "audio/virtual/virtual_sound.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "audio/choose_sound_backend.h"
#include "base/error.h"
#include "support/simulated_clock.h"

using namespace rustcam;
using rustcam::test::SimulatedClock;

namespace rustcam {
// What unit_audio has for a system.
const SoundBackend& system_sound() noexcept {
  class Nothing final : public SoundBackend {
   public:
    Nothing() noexcept : SoundBackend("nothing") {}
    std::string reason_against() const override { return "it is nothing"; }
    std::vector<SoundDevice> devices() const override { return {}; }
    std::unique_ptr<SoundSource> open(const SoundTarget&, const SoundOptions&,
                                      bool) const override {
      throw DeviceError("there is nothing");
    }
  };
  static const Nothing nothing;
  return nothing;
}
}  // namespace rustcam

namespace {

SoundTarget device_named(const std::string& name) {
  return {SoundTarget::Kind::device, name, 0};
}

}  // namespace

TEST_CASE("built-in devices are known by the name of their signal, all others are the system's") {
  const auto chosen = [](const char* text) {
    return choose_sound_backend(parse_sound(text).sources.front()).name();
  };
  CHECK(chosen("device:clap") == "virtual");
  CHECK(chosen("device:tone,ppm=300@-6dB") == "virtual");
  CHECK(chosen("clap,loss=1+1") == "virtual");
  CHECK(chosen("device:clapper") == "nothing");
  CHECK(chosen("app:clap") == "nothing");
  CHECK(chosen("desktop") == "nothing");

  const auto devices = built_in_sound().devices();
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].id == "clap");
  CHECK(devices[1].id == "tone");
  for (const SoundDevice& device : devices) {
    CHECK(device.kind == SoundKind::desktop);
    CHECK_FALSE(device.is_default);
    CHECK(device.rate == 48000);
    CHECK(device.channels == 2);
  }
  CHECK(built_in_sound().reason_against().empty());
}

TEST_CASE("a name that is not understood is refused, with what there is") {
  for (const char* name :
       {"", "clop", "clap,ppm", "clap,ppm=", "clap,ppm=9000", "clap,ppm=3x", "tone,hz=0",
        "clap,loss=3", "clap,loss=a+1", "clap,rate=4000", "clap,rate=8000.5", "clap,channels=9",
        "clap,jitter=-1", "clap,colour=red"}) {
    CAPTURE(std::string(name));
    CHECK_THROWS_WITH_AS(virtual_sound::parse_device(name), doctest::Contains("clap and tone"),
                         UsageError);
  }
  SimulatedClock clock;
  CHECK_THROWS_AS(built_in_sound().open(parse_sound("desktop").sources[0], {{}, clock}, false),
                  UsageError);
}

// Catches: a burst that begins at the block's first value instead of the second's, a device that is
// fast the wrong way round.
TEST_CASE("a clap begins at each whole second, on the device's own count") {
  for (const char* name : {"clap", "clap,ppm=300", "clap,ppm=-300,rate=44100", "clap,rate=8000"}) {
    CAPTURE(std::string(name));
    const auto device = virtual_sound::parse_device(name);
    for (const int second : {-2, 0, 1, 1000}) {
      const std::int64_t first = device.first_from(second);
      CHECK(device.heard_at(device.time_of(first - 1)) == 0);
      CHECK(device.heard_at(device.time_of(first)) > 0.6F);
      CHECK(device.time_of(first) - second < 1.0 / device.rate);
    }
  }
  const auto fast = virtual_sound::parse_device("clap,ppm=300");
  CHECK(fast.first_from(1000) == 48000 * 1000 + 14400);
}

// Catches: blocks that come before they were made, times that are wrong by more than asked for, or
// never wrong.
TEST_CASE("blocks come one after the other, each once it is made") {
  SimulatedClock clock;
  const TimePoint zero = clock.now() - std::chrono::milliseconds(123);
  const auto source = built_in_sound().open(
      device_named("tone,hz=1000,jitter=4,rate=44100,channels=1"), {zero, clock}, false);
  CHECK(source->rate() == 44100);
  CHECK(source->channels() == 1);
  CHECK(source->device().id == "tone,hz=1000,jitter=4,rate=44100,channels=1");
  double worst = 0;
  std::int64_t count = 0;
  const TimePoint opened = clock.now();
  for (int n = 0; n < 500; ++n) {
    SoundBlock block;
    REQUIRE(source->read(block, clock.now() + std::chrono::seconds(1), {}) == SoundStatus::block);
    REQUIRE(block.frames == 441);
    REQUIRE(block.samples.size() == 441);
    const double ideal = static_cast<double>(count) / 44100;
    worst = std::max(worst, std::abs(to_s(block.made - opened) - ideal));
    count += block.frames;
    CHECK(std::abs(to_s(clock.now() - opened) - static_cast<double>(count) / 44100) < 1e-4);
  }
  CHECK(worst < 4.1e-3);
  CHECK(worst > 3e-3);
  SoundBlock block;
  CHECK(source->read(block, clock.now(), {}) == SoundStatus::timed_out);
  std::stop_source stop;
  stop.request_stop();
  CHECK(source->read(block, clock.now() + std::chrono::seconds(1), stop.get_token()) ==
        SoundStatus::cancelled);
}

// Catches: a loss that begins anew with each opening.
TEST_CASE("a device that goes away is back at its time, counted from the first opening") {
  SimulatedClock clock;
  const TimePoint begun = clock.now();
  const SoundOptions options{std::nullopt, clock, begun};
  auto source = built_in_sound().open(device_named("clap,loss=1+3"), options, false);
  SoundBlock block;
  CHECK_THROWS_AS(while (true) source->read(block, clock.now() + std::chrono::seconds(9), {}),
                  AccessLost);
  CHECK(clock.now() - begun == std::chrono::seconds(1));
  clock.sleep_until(begun + std::chrono::milliseconds(3990));
  CHECK_THROWS_AS(built_in_sound().open(device_named("clap,loss=1+3"), options, true), AccessLost);
  clock.sleep_until(begun + std::chrono::seconds(4));
  source = built_in_sound().open(device_named("clap,loss=1+3"), options, true);
  CHECK(source->read(block, clock.now() + std::chrono::seconds(9), {}) == SoundStatus::block);
  CHECK(block.made >= begun + std::chrono::seconds(4));
}
