#include "audio/wasapi/packet.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <vector>

using namespace rustcam;
using namespace rustcam::wasapi;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint noon{1h};
constexpr SampleFormat format{Encoding::pcm16, 48000, 2};

/// 10 ms of sound of which each value is 0.5.
struct TenMs {
  std::vector<std::byte> bytes = std::vector<std::byte>(480 * 4, std::byte{0x40});
  Packet packet{bytes, 480, 0, noon, noon + 10ms, 480};
};

}  // namespace

TEST_CASE("a packet is a block that was made when the system says so") {
  TenMs sound;
  sound.packet.arrival = noon + 25ms;
  for (const Road road : {Road::loopback, Road::input}) {
    const SoundBlock block = PacketReader(format, road).read(sound.packet);
    CHECK(block.frames == 480);
    CHECK(block.made == noon);
    CHECK_FALSE(block.broken);
  }
  PacketReader reader(format, Road::input);
  const SoundBlock block = reader.read(sound.packet);
  REQUIRE(block.samples.size() == 960);
  CHECK(block.samples[0] == doctest::Approx(0.5).epsilon(0.01));
  CHECK(block.samples[959] == block.samples[0]);
}

TEST_CASE("silence that the system tells of is a hole, whatever bytes lie there") {
  TenMs sound;
  sound.packet.flags = flag_silent;
  PacketReader reader(format, Road::loopback);
  SoundBlock block = reader.read(sound.packet);
  CHECK(block.samples.empty());
  CHECK(block.frames == 480);
  CHECK(block.made == noon);
  sound.packet.bytes = {};
  block = reader.read(sound.packet);
  CHECK(block.samples.empty());
  CHECK(block.frames == 480);
}

TEST_CASE("what was lost is told, but not before the first packet") {
  TenMs sound;
  PacketReader reader(format, Road::loopback);
  sound.packet.flags = flag_discontinuity;
  CHECK_FALSE(reader.read(sound.packet).broken);
  CHECK(reader.read(sound.packet).broken);
  sound.packet.flags = flag_discontinuity | flag_silent;
  CHECK(reader.read(sound.packet).broken);
  sound.packet.flags = 0;
  CHECK_FALSE(reader.read(sound.packet).broken);
}

TEST_CASE("a time that is wrong is its arrival less what had come by then") {
  TenMs sound;
  sound.packet.waiting = 1440;
  for (const Road road : {Road::loopback, Road::input}) {
    PacketReader reader(format, road);
    sound.packet.told = noon + 7ms;
    sound.packet.flags = flag_timestamp_error;
    CHECK(reader.read(sound.packet).made == noon + 10ms - 30ms);
    sound.packet.flags = 0;
    for (const TimePoint nonsense : {TimePoint(0s), noon - 11s, noon + 2s, noon + 9h}) {
      sound.packet.told = nonsense;
      CHECK(reader.read(sound.packet).made == noon + 10ms - 30ms);
    }
  }
}

TEST_CASE("a system that counts less than the packet itself is not believed") {
  TenMs sound;
  sound.packet.flags = flag_timestamp_error;
  sound.packet.waiting = 0;
  CHECK(PacketReader(format, Road::input).read(sound.packet).made == noon);
}

TEST_CASE("a microphone cannot have heard what comes later, loudspeakers may play it later") {
  TenMs sound;
  sound.packet.told = noon + 8ms;
  CHECK(PacketReader(format, Road::input).read(sound.packet).made == noon);
  CHECK(PacketReader(format, Road::loopback).read(sound.packet).made == noon + 8ms);
  sound.packet.waiting = 960;  // and another packet is there already
  CHECK(PacketReader(format, Road::input).read(sound.packet).made == noon - 10ms);
}
