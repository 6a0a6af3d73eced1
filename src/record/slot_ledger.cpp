#include "record/slot_ledger.h"

#include <algorithm>
#include <cstddef>

namespace rustcam {

void SlotLedger::add(SlotKind kind, bool protected_content) {
  Slot slot;
  slot.kind = kind;
  slot.protected_content = protected_content;
  slots_.push_back(slot);
  count(slot);
}

void SlotLedger::sampled(bool late) {
  Slot& slot = slots_.back();
  counts_.samples += slot.sampled ? 0 : 1;
  counts_.late += late && !slot.late ? 1 : 0;
  counts_.unencoded -= slot.left_out ? 1 : 0;
  slot.sampled = true;
  slot.late = slot.late || late;
  slot.left_out = false;
}

void SlotLedger::left_out() {
  slots_.back().left_out = true;
  ++counts_.unencoded;
}

void SlotLedger::count(const Slot& slot) noexcept {
  ++counts_.slots;
  ++(slot.kind == SlotKind::fresh ? counts_.fresh : counts_.repeated);
  counts_.pointer_only += slot.kind == SlotKind::pointer ? 1 : 0;
  counts_.protected_slots += slot.protected_content ? 1 : 0;
  counts_.samples += slot.sampled ? 1 : 0;
  counts_.late += slot.late ? 1 : 0;
  counts_.unencoded += slot.left_out ? 1 : 0;
}

/// Makes [begin, end) hold so many pictures.
void SlotLedger::settle_pictures(std::int64_t begin, std::int64_t end, std::int64_t pictures) {
  std::int64_t handed = 0;
  for (std::int64_t n = begin; n < end; ++n) handed += at(n).sampled ? 1 : 0;
  for (std::int64_t n = end; n-- > begin && handed > pictures;) {
    if (!at(n).sampled) continue;
    at(n).kind = SlotKind::repeated;
    at(n).sampled = false;
    at(n).left_out = true;
    --handed;
  }
  // A file may have ended with a picture for its last slots that nobody handed over.
  for (std::int64_t n = end; n-- > begin && handed < pictures;) {
    if (at(n).sampled) continue;
    at(n).sampled = true;
    at(n).left_out = false;
    ++handed;
  }
}

void SlotLedger::settle(std::span<const KeptPart> parts) {
  const auto all = static_cast<std::int64_t>(slots_.size());
  counts_ = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::int64_t begin = std::min(parts[i].first_slot, all);
    const std::int64_t next = i + 1 < parts.size() ? std::min(parts[i + 1].first_slot, all) : all;
    const std::int64_t end = std::clamp(begin + parts[i].kept.slots, begin, next);
    settle_pictures(begin, end, parts[i].kept.samples);
    for (std::int64_t n = begin; n < end; ++n) count(at(n));
  }
}

}  // namespace rustcam
