#include "record/slot_ledger.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

using namespace rustcam;

namespace {

/// Slots that are all fresh and have pictures of their own.
SlotLedger fresh_slots(int count) {
  SlotLedger ledger;
  for (int n = 0; n < count; ++n) {
    ledger.add(SlotKind::fresh, false);
    ledger.sampled(false);
  }
  return ledger;
}

void check(const SlotCounts& counts, std::int64_t slots, std::int64_t fresh, std::int64_t unencoded,
           std::int64_t samples) {
  CHECK(counts.slots == slots);
  CHECK(counts.fresh == fresh);
  CHECK(counts.repeated == slots - fresh);
  CHECK(counts.unencoded == unencoded);
  CHECK(counts.samples == samples);
}

}  // namespace

TEST_CASE("a ledger counts what is handed over") {
  SlotLedger ledger;
  ledger.add(SlotKind::fresh, true);
  ledger.sampled(true);
  ledger.add(SlotKind::pointer, false);
  ledger.sampled(false);
  ledger.add(SlotKind::repeated, false);
  ledger.left_out();
  check(ledger.counts(), 3, 1, 1, 2);
  CHECK(ledger.counts().late == 1);
  CHECK(ledger.counts().pointer_only == 1);
  CHECK(ledger.counts().protected_slots == 1);
  // The last slot of a file gets a picture after all.
  ledger.sampled(false);
  check(ledger.counts(), 3, 1, 0, 3);
}

TEST_CASE("what was not kept is not counted") {
  SlotLedger ledger = fresh_slots(10);
  SUBCASE("all of it was") {
    ledger.settle(std::array{KeptPart{0, {10, 10}}});
    check(ledger.counts(), 10, 10, 0, 10);
  }
  SUBCASE("the last ones are missing") {
    ledger.settle(std::array{KeptPart{0, {7, 7}}});
    check(ledger.counts(), 7, 7, 0, 7);
  }
  SUBCASE("nothing is there") {
    ledger.settle(std::array{KeptPart{0, {0, 0}}});
    check(ledger.counts(), 0, 0, 0, 0);
  }
  SUBCASE("pictures were given up, and the one before them lasts longer") {
    ledger.settle(std::array{KeptPart{0, {10, 6}}});
    check(ledger.counts(), 10, 6, 4, 6);
  }
  SUBCASE("the first of two files lost its end") {
    ledger.settle(std::array{KeptPart{0, {3, 3}}, KeptPart{6, {4, 4}}});
    check(ledger.counts(), 7, 7, 0, 7);
  }
}

TEST_CASE("a file may be closed with a picture that nobody handed over") {
  SlotLedger ledger = fresh_slots(3);
  for (int n = 0; n < 2; ++n) {
    ledger.add(SlotKind::repeated, false);
    ledger.left_out();
  }
  ledger.settle(std::array{KeptPart{0, {5, 4}}});
  check(ledger.counts(), 5, 3, 1, 4);
}
