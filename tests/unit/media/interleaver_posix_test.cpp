#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "media/interleaver.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

constexpr AVRational slots{1, 60};
constexpr AVRational samples{1, 48000};

void add(Interleaver& interleaver, StreamId stream, Ticks dts, int bytes = 1) {
  const PacketPtr packet = make_packet();
  REQUIRE(av_new_packet(packet.get(), bytes) == 0);
  packet->stream_index = stream;
  packet->pts = packet->dts = dts;
  interleaver.add(*packet);
  CHECK(packet->data == nullptr);  // taken over
}

/// All that is due now, as (stream, time).
std::vector<std::pair<int, Ticks>> due(Interleaver& interleaver) {
  std::vector<std::pair<int, Ticks>> found;
  while (AVPacket* packet = interleaver.next()) {
    found.emplace_back(packet->stream_index, packet->dts);
    av_packet_unref(packet);
  }
  return found;
}

using Order = std::vector<std::pair<int, Ticks>>;

}  // namespace

TEST_CASE("a single stream is never held back") {
  Interleaver interleaver({slots}, 1s);
  for (Ticks n = -2; n < 5; ++n) {
    add(interleaver, 0, n);
    CHECK(due(interleaver) == Order{{0, n}});
  }
}

TEST_CASE("packets come in the order of their times, whatever a tick is") {
  Interleaver interleaver({slots, samples}, 1s);
  add(interleaver, 1, -1024);
  add(interleaver, 1, 0);
  add(interleaver, 1, 1024);
  CHECK(due(interleaver).empty());
  CHECK(interleaver.bytes() == 3);
  add(interleaver, 0, 0);
  // The other stream's next may be earlier than the sound's last.
  CHECK(due(interleaver) == Order{{1, -1024}, {0, 0}});
  add(interleaver, 0, 1);
  CHECK(due(interleaver) == Order{{1, 0}, {0, 1}});
  add(interleaver, 0, 2);  // fewer ticks, and a later time
  CHECK(due(interleaver) == Order{{1, 1024}});
  add(interleaver, 1, 1536);
  interleaver.end(0);
  CHECK(due(interleaver) == Order{{1, 1536}});
  add(interleaver, 1, 2048);
  CHECK(due(interleaver) == Order{{0, 2}, {1, 2048}});
  add(interleaver, 1, 3072);  // nothing is waited for any more
  CHECK(due(interleaver) == Order{{1, 3072}});
  CHECK(interleaver.bytes() == 0);
}

TEST_CASE("a silent stream holds the others back for a while only") {
  Interleaver interleaver({slots, samples}, 1s);
  for (Ticks n = 0; n <= 60; ++n) add(interleaver, 0, n);
  CHECK(due(interleaver).empty());
  add(interleaver, 0, 61);
  CHECK(due(interleaver) == Order{{0, 0}});
  // It comes after all, out of order.
  add(interleaver, 1, -1024);
  CHECK(due(interleaver) == Order{{1, -1024}});
  interleaver.end_all();
  CHECK(due(interleaver).size() == 61);
}

TEST_CASE("what is held back is bounded in bytes, too") {
  Interleaver interleaver({slots, samples}, 1h);
  constexpr int megabyte = 1 << 20;
  for (Ticks n = 0; n < 24; ++n) add(interleaver, 0, n, megabyte);
  CHECK(due(interleaver).empty());
  add(interleaver, 0, 24, megabyte);
  CHECK(due(interleaver) == Order{{0, 0}});
}
