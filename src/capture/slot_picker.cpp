#include "capture/slot_picker.h"

#include <algorithm>
#include <utility>

namespace rustcam {

SlotPicker::SlotPicker(SlotSchedule& schedule, FrameMailbox& mailbox, Clock& clock, Late late)
    : schedule_(schedule), mailbox_(mailbox), clock_(clock), late_(late) {}

std::optional<PickedSlot> SlotPicker::pick(std::int64_t n, const std::stop_token& stop) {
  const TimePoint sampled = schedule_.sampling_point(n);
  const bool stopped = !clock_.sleep_until(sampled, stop);
  if (stopped && n > 0) return std::nullopt;
  // A picture that is still being read when its slot is due is worth waiting for, but never so long
  // that the next slot suffers.
  const Duration patience = schedule_.period() * 3 / 4;
  if (!stopped) schedule_.wait_looked_after(n, sampled + patience, stop);
  take(late_ == Late::newest ? std::max(n, schedule_.last_looked_after()) : n);
  return describe(n, sampled);
}

void SlotPicker::take(std::int64_t n) {
  auto newest = mailbox_.take(n);
  if (!newest) return;
  if (waiting_) FoldDamage()(*newest, *waiting_);
  waiting_ = std::move(newest);
}

PickedSlot SlotPicker::describe(std::int64_t n, TimePoint sampled) const {
  PickedSlot slot;
  slot.slot = n;
  slot.sampled = sampled;
  slot.frame = waiting_ ? *waiting_ : held_;
  if (!waiting_) {
    slot.kind = SlotKind::repeated;
    slot.frame.damage.clear();
  } else {
    const bool fresh = !held_ || waiting_->desktop_sequence != held_.desktop_sequence;
    slot.kind = fresh ? SlotKind::fresh : SlotKind::pointer;
  }
  return slot;
}

void SlotPicker::accept() {
  if (!waiting_) return;
  if (held_ && waiting_->desktop_sequence > held_.desktop_sequence)
    dropped_ += static_cast<std::int64_t>(waiting_->desktop_sequence - held_.desktop_sequence) - 1;
  held_ = std::move(*waiting_);
  waiting_.reset();
}

}  // namespace rustcam
