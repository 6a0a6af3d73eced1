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
  struct Case {
    const char* what;
    std::vector<KeptPart> kept;
    std::int64_t slots, fresh, unencoded, samples;
  };
  for (const Case& c :
       {Case{"all of it was", {{0, {10, 10}}}, 10, 10, 0, 10},
        Case{"the last ones are missing", {{0, {7, 7}}}, 7, 7, 0, 7},
        Case{"nothing is there", {{0, {0, 0}}}, 0, 0, 0, 0},
        Case{"pictures were given up; the one before lasts longer", {{0, {10, 6}}}, 10, 6, 4, 6},
        Case{"the first of two files lost its end", {{0, {3, 3}}, {6, {4, 4}}}, 7, 7, 0, 7}}) {
    CAPTURE(c.what);
    SlotLedger ledger = fresh_slots(10);
    ledger.settle(c.kept);
    check(ledger.counts(), c.slots, c.fresh, c.unencoded, c.samples);
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
