#include "media/packet_ledger.h"

#include <doctest/doctest.h>

#include <optional>

using namespace rustcam;

namespace {

constexpr StreamId video = 0;

PacketLedger of_one_stream(int given) {
  PacketLedger ledger;
  ledger.add_stream();
  for (int i = 0; i < given; ++i) ledger.given(video);
  return ledger;
}

}  // namespace

TEST_CASE("a packet is kept once its piece is in the file") {
  PacketLedger ledger = of_one_stream(2);
  ledger.hold(video, {1, 1, 100});
  ledger.gather(video, {1, 2, 10});
  CHECK(ledger.held_bytes() == 100);
  CHECK(ledger.gathered_bytes() == 10);
  CHECK(ledger.kept(0).packets == 0);
  ledger.release_held();
  CHECK(ledger.held_bytes() == 0);
  CHECK(ledger.gathered_bytes() == 110);
  ledger.keep_gathered();
  CHECK(ledger.gathered_bytes() == 0);
  CHECK(ledger.kept(video).packets == 2);
  CHECK(ledger.kept(video).end == 2);
  CHECK(ledger.kept(video).bytes == 110);
  ledger.set_kept_end(video, 5);
  CHECK(ledger.kept(video).end == 5);
  ledger.forget_kept();
  CHECK(ledger.kept(0).packets == 0);
}

TEST_CASE("a stream of which packets are missing ends before them") {
  PacketLedger ledger = of_one_stream(3);
  ledger.gather(video, {1, 1, 10});
  ledger.keep_gathered();
  ledger.gather(video, {1, 2, 10});
  ledger.hold(video, {1, 3, 10});
  CHECK(ledger.early_end(video, true) == std::nullopt);
  CHECK(ledger.early_end(video, false) == 1);
  ledger.given(video);
  CHECK(ledger.early_end(video, true) == 3);
}

TEST_CASE("what is held may end at another time than was thought") {
  PacketLedger ledger = of_one_stream(1);
  ledger.set_held_end(video, 7);  // nothing is held
  ledger.release_held();
  ledger.keep_gathered();
  CHECK(ledger.kept(video).end == 0);
  ledger.hold(video, {1, 1, 10});
  ledger.set_held_end(video, 7);
  ledger.release_held();
  ledger.keep_gathered();
  CHECK(ledger.kept(video).end == 7);
}
