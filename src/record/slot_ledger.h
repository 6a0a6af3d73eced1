// Which slots were handed to the files, so that statistics can tell what the files hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "capture/slot_picker.h"
#include "media/sink.h"

namespace rustcam {

/// What slots came to.
struct SlotCounts {
  std::int64_t slots = 0;
  std::int64_t fresh = 0;
  std::int64_t repeated = 0;
  std::int64_t late = 0;
  std::int64_t pointer_only = 0;
  std::int64_t unencoded = 0;
  std::int64_t protected_slots = 0;
  std::int64_t samples = 0;  ///< pictures of their own
};

/// What one of the files of a recording holds.
struct KeptPart {
  std::int64_t first_slot = 0;  ///< of the recording, with which the file begins
  Kept kept;
};

/// Slots in their order, a byte each. Counts them as they are handed over, and counts again once it
/// is known what was kept: a write may fail long after its slot seemed done.
class SlotLedger {
 public:
  /// The next slot: without a picture of its own so far.
  void add(SlotKind kind, bool protected_content);
  /// The newest slot's picture is handed over.
  void sampled(bool late);
  /// The newest slot has no picture of its own, though it should.
  void left_out();
  /// Every slot that `parts` (in order) do not hold is forgotten. Where a part has fewer pictures
  /// than were handed over, its last ones were given up, and their slots repeat the one before.
  void settle(std::span<const KeptPart> parts);

  const SlotCounts& counts() const noexcept { return counts_; }

 private:
  struct Slot {
    SlotKind kind : 3 = SlotKind::repeated;
    bool protected_content : 1 = false;
    bool sampled : 1 = false;
    bool late : 1 = false;
    bool left_out : 1 = false;
  };
  void count(const Slot& slot) noexcept;
  void settle_pictures(std::int64_t begin, std::int64_t end, std::int64_t pictures);
  Slot& at(std::int64_t slot) { return slots_[static_cast<std::size_t>(slot)]; }

  std::deque<Slot> slots_;
  SlotCounts counts_;
};

}  // namespace rustcam
