#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "audio/wasapi/source.h"
#include "base/error.h"
#include "fake_windows.h"

using namespace rustcam;
using namespace rustcam::wasapi;
using namespace std::chrono_literals;

namespace {

template <typename T, typename F>
win32::ComPtr<T> reference_to(F& fake) {
  win32::ComPtr<T> pointer;
  fake.AddRef();
  *pointer.put() = &fake;
  return pointer;
}

/// In units of 100 ns, as the sound system tells it.
UINT64 performance_counter() {
  LARGE_INTEGER value{}, frequency{};
  ::QueryPerformanceCounter(&value);
  ::QueryPerformanceFrequency(&frequency);
  return static_cast<UINT64>(static_cast<double>(value.QuadPart) * 1e7 /
                             static_cast<double>(frequency.QuadPart));
}

struct Bed {
  testing::FakeEnumerator enumerator;
  testing::FakeDevice device;
  SoundKind kind = SoundKind::desktop;
  bool follow = false;
  std::optional<WasapiSource> source;
  SoundBlock block;

  testing::FakeCapture& capture() { return device.client.capture; }
  void open(Before before = Before::never) {
    Endpoint endpoint;
    endpoint.device.id = "{0}";
    endpoint.device.name = "Speakers";
    endpoint.device.kind = kind;
    endpoint.object = reference_to<IMMDevice>(device);
    source.emplace(reference_to<IMMDeviceEnumerator>(enumerator), endpoint, follow, before,
                   machine_clock());
  }
  void play(std::vector<float> values, DWORD flags = 0, UINT64 qpc = performance_counter()) {
    capture().packets.push_back({std::move(values), flags, qpc});
  }
  SoundStatus read(Duration patience = {}) { return source->read(block, now() + patience, {}); }
  std::vector<float> samples() const { return {block.samples.begin(), block.samples.end()}; }
};

}  // namespace

TEST_CASE("what is played is recorded by loopback, a microphone as it is") {
  for (const SoundKind kind : {SoundKind::desktop, SoundKind::mic}) {
    Bed bed;
    bed.kind = kind;
    bed.open();
    CHECK(bed.device.client.shared);
    CHECK(bed.device.client.running);
    CHECK(bed.device.client.opened_with ==
          (kind == SoundKind::desktop ? AUDCLNT_STREAMFLAGS_LOOPBACK : 0));
    CHECK(bed.source->rate() == 48000);
    CHECK(bed.source->channels() == 1);
    CHECK(bed.source->device().name == "Speakers");
  }
}

TEST_CASE("a device is given back whole") {
  Bed bed;
  bed.follow = true;
  bed.open();
  CHECK(bed.enumerator.listener != nullptr);
  bed.source.reset();
  CHECK_FALSE(bed.device.client.running);
  CHECK(bed.enumerator.listener == nullptr);
  CHECK(bed.device.references == 0);
  CHECK(bed.device.client.references == 0);
  CHECK(bed.capture().references == 0);
  CHECK(bed.enumerator.references == 0);
  CHECK(bed.enumerator.current.references == 0);
}

TEST_CASE("packets come in their order, with the time at which they were made") {
  Bed bed;
  bed.open();
  const UINT64 told = performance_counter();
  const TimePoint then = now();
  bed.play({0.25F, 0.5F}, 0, told - 200'000);  // 20 ms ago
  bed.play({0.75F, 0.25F, 0.5F}, AUDCLNT_BUFFERFLAGS_DATA_DISCONTINUITY, told + 100'000);
  bed.play({9, 9}, AUDCLNT_BUFFERFLAGS_SILENT, told + 200'000);
  REQUIRE(bed.read() == SoundStatus::block);
  CHECK(bed.samples() == std::vector{0.25F, 0.5F});
  CHECK_FALSE(bed.block.broken);
  // The two clocks were read one after the other; that may take as long as it likes, but not so
  // that both are off.
  const TimePoint first = bed.block.made;
  CHECK(first < then - 19ms);
  REQUIRE(bed.read() == SoundStatus::block);
  CHECK(bed.samples() == std::vector{0.75F, 0.25F, 0.5F});
  CHECK(bed.block.broken);
  CHECK(bed.block.made - first == 30ms);
  REQUIRE(bed.read() == SoundStatus::block);
  CHECK(bed.block.samples.empty());
  CHECK(bed.block.frames == 2);
  CHECK(bed.block.made - first == 40ms);
  CHECK(bed.read() == SoundStatus::timed_out);
  CHECK(bed.capture().spent.size() == 3);
}

TEST_CASE("while nothing is played nothing comes") {
  Bed bed;
  bed.open();
  const TimePoint begun = now();
  CHECK(bed.read(30ms) == SoundStatus::timed_out);
  CHECK(now() >= begun + 30ms);
  std::stop_source stop;
  stop.request_stop();
  CHECK(bed.source->read(bed.block, now() + 1h, stop.get_token()) == SoundStatus::cancelled);
  bed.play({0.5F});
  CHECK(bed.source->read(bed.block, now() + 1h, stop.get_token()) == SoundStatus::cancelled);
}

TEST_CASE("a device that goes away is lost, a service that ends is not") {
  Bed bed;
  bed.open();
  bed.capture().failure = AUDCLNT_E_DEVICE_INVALIDATED;
  try {
    bed.read();
    FAIL("read from a device that is gone");
  } catch (const AccessLost& error) {
    CHECK(error.native_code() == "0x88890004");
    CHECK(std::string(error.what()).find("Speakers") != std::string::npos);
  }
  bed.capture().failure = AUDCLNT_E_SERVICE_NOT_RUNNING;
  try {
    bed.read();
    FAIL("read from a service that is gone");
  } catch (const DeviceError& error) {
    CHECK(error.native_code() == "0x88890010");
    CHECK(std::string(error.what()).find("Windows Audio") != std::string::npos);
  }
}

TEST_CASE("a device that cannot be had is an error at first, and away after it was there") {
  Bed bed;
  bed.device.client.refusal = AUDCLNT_E_DEVICE_IN_USE;
  CHECK_THROWS_AS(bed.open(), DeviceError);
  CHECK_THROWS_AS(bed.open(Before::worked), AccessLost);
  bed.device.client.refusal = E_ACCESSDENIED;
  CHECK_THROWS_AS(bed.open(Before::worked), DeviceError);
  CHECK(bed.device.client.references == 0);
}

TEST_CASE("a format that cannot be read says which") {
  Bed bed;
  bed.device.client.bits = 64;
  try {
    bed.open();
    FAIL("a format of 64 bits was taken");
  } catch (const DeviceError& error) {
    CHECK(std::string(error.what()).find("1 channels of 64 bits") != std::string::npos);
  }
}

TEST_CASE("the default has moved when another device is it") {
  Bed bed;
  bed.follow = true;
  bed.open();
  auto& listener = *bed.enumerator.listener;
  listener.OnDefaultDeviceChanged(eCapture, eConsole, L"{1}");
  listener.OnDefaultDeviceChanged(eRender, eCommunications, L"{1}");
  listener.OnDefaultDeviceChanged(eRender, eConsole, L"{0}");
  bed.play({0.5F});
  CHECK(bed.read() == SoundStatus::block);
  SUBCASE("another one") {
    listener.OnDefaultDeviceChanged(eRender, eConsole, L"{1}");
  }
  SUBCASE("none") {
    listener.OnDefaultDeviceChanged(eRender, eConsole, nullptr);
  }
  bed.play({0.5F});
  CHECK(bed.read() == SoundStatus::moved);
}

TEST_CASE("a default that changes while it is opened has moved") {
  Bed bed;
  bed.follow = true;
  bed.enumerator.current.id = L"{1}";
  bed.open();
  CHECK(bed.read() == SoundStatus::moved);
}

TEST_CASE("a device that was named does not move") {
  Bed bed;
  bed.enumerator.current.id = L"{1}";
  bed.open();
  CHECK(bed.enumerator.listener == nullptr);
  CHECK(bed.read() == SoundStatus::timed_out);
}
