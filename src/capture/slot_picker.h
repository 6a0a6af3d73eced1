// Decides which picture each slot holds.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "capture/slot_capture.h"
#include "image/frame.h"
#include "pacing/slot_schedule.h"
#include "platform/clock.h"

namespace rustcam {

enum class SlotKind : std::uint8_t {
  fresh = 1,  ///< a desktop frame that no slot held before
  repeated,   ///< the picture of the slot before
  pointer,    ///< the desktop frame of the slot before, with another pointer
};

struct PickedSlot {
  std::int64_t slot = 0;
  SlotKind kind = SlotKind::fresh;
  TimePoint sampled{};  ///< the sampling point
  Frame frame;          ///< its damage is relative to the picture of the last accepted slot
};

/// Stands between the capture thread and a reader of slots. Confined to one thread at a time.
class SlotPicker {
 public:
  /// What a slot that is picked late holds.
  enum class Late {
    its_own = 1,  ///< the newest frame presented by its sampling point, as far as it is kept
    newest,       ///< what is on the screen now
  };

  SlotPicker(SlotSchedule& schedule, FrameMailbox& mailbox, Clock& clock, Late late);

  /// Waits for the sampling point of slot `n`, for a while longer if its picture is still being
  /// read, and tells what the slot holds. `n` grows from call to call, and the clock must have been
  /// started. nullopt if `stop` came first; slot 0 is picked whatever happens.
  std::optional<PickedSlot> pick(std::int64_t n, const std::stop_token& stop);
  /// The slot picked last was taken. Without it, its picture is put off to the next one.
  void accept();

  /// Desktop frames that were read and that no accepted slot holds.
  std::int64_t dropped() const noexcept { return dropped_; }

 private:
  void take(std::int64_t n);
  PickedSlot describe(std::int64_t n, TimePoint sampled) const;

  SlotSchedule& schedule_;
  FrameMailbox& mailbox_;
  Clock& clock_;
  Late late_;
  Frame held_;                    ///< what the last accepted slot holds
  std::optional<Frame> waiting_;  ///< newer, in no slot yet
  std::int64_t dropped_ = 0;
};

}  // namespace rustcam
