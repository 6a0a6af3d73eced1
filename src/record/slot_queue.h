// From the record thread to the encoder: a bounded queue that never loses the number of a slot.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>

#include "capture/slot_picker.h"

namespace rustcam {

/// One slot and the `merged` slots after it that show the same picture because there was no room
/// for their own entry.
struct QueuedSlot : PickedSlot {
  std::int64_t merged = 0;
  std::int64_t displaced = 0;  ///< those of `merged` that had a new picture, which was put off
};

/// One writer, one reader. Entries are in order and without gaps.
class SlotQueue {
 public:
  /// Repeated entries alone wake the reader only if there are `repeats_together` of them, and it
  /// then gets all: if nothing is written for one, waking up is all that it costs.
  explicit SlotQueue(std::size_t capacity, std::size_t repeats_together = 1,
                     Clock& clock = machine_clock())
      : clock_(clock), capacity_(capacity), repeats_together_(repeats_together) {}

  /// Adds an entry without waiting. A full queue folds its newest repeated entry into the one
  /// before; if all hold new pictures, `slot` itself is merged into the newest, its picture is not
  /// taken, and the answer is false.
  bool push(const QueuedSlot& slot);
  /// Waits for room first; false if `stop` was requested or the queue abandoned before there was
  /// any (the slot is not added then).
  bool push_waiting(const QueuedSlot& slot, const std::stop_token& stop);

  /// Waits for an entry that is worth it and gives the oldest; nullopt once the queue is closed and
  /// empty, or abandoned.
  std::optional<QueuedSlot> pop();

  void close();                       ///< nothing more will be pushed
  void abandon(TimePoint from = {});  ///< from then on, what is left is forgotten

 private:
  bool make_room();
  bool worth_reading() const;

  Clock& clock_;
  const std::size_t capacity_;
  const std::size_t repeats_together_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<QueuedSlot> entries_;
  bool emptying_ = false;  ///< the reader is awake and takes what there is
  bool closed_ = false;
  std::optional<TimePoint> abandoned_;
};

}  // namespace rustcam
