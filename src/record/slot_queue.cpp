#include "record/slot_queue.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace rustcam {

/// A repeated slot shows its predecessor's picture, so its entry can become a count there.
bool SlotQueue::make_room() {
  for (std::size_t i = entries_.size(); i-- > 1;) {
    if (entries_[i].kind != SlotKind::repeated) continue;
    entries_[i - 1].merged += 1 + entries_[i].merged;
    entries_[i - 1].displaced += entries_[i].displaced;
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

bool SlotQueue::worth_reading() const {
  return emptying_ || entries_.size() >= repeats_together_ ||
         std::any_of(entries_.begin(), entries_.end(),
                     [](const QueuedSlot& s) { return s.kind != SlotKind::repeated; });
}

bool SlotQueue::push(const QueuedSlot& slot) {
  {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= capacity_ && (slot.kind == SlotKind::repeated || !make_room())) {
      ++entries_.back().merged;
      if (slot.kind == SlotKind::repeated) return true;
      ++entries_.back().displaced;
      return false;
    }
    entries_.push_back(slot);
    if (!worth_reading()) return true;
  }
  changed_.notify_all();
  return true;
}

bool SlotQueue::push_waiting(const QueuedSlot& slot, const std::stop_token& stop) {
  {
    std::unique_lock lock(mutex_);
    clock_.wait(lock, changed_, {}, stop,
                [&] { return entries_.size() < capacity_ || abandoned_; });
    if (entries_.size() >= capacity_ || abandoned_) return false;
    entries_.push_back(slot);
    if (!worth_reading()) return true;
  }
  changed_.notify_all();
  return true;
}

std::optional<QueuedSlot> SlotQueue::pop() {
  std::optional<QueuedSlot> oldest;
  {
    std::unique_lock lock(mutex_);
    clock_.wait(lock, changed_, {}, {}, [&] { return worth_reading() || closed_ || abandoned_; });
    if (abandoned_ && clock_.now() >= *abandoned_) entries_.clear();
    if (entries_.empty()) return std::nullopt;
    oldest = std::move(entries_.front());
    entries_.pop_front();
    emptying_ = !entries_.empty();
  }
  changed_.notify_all();
  return oldest;
}

void SlotQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

void SlotQueue::abandon(TimePoint from) {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = abandoned_ ? std::min(*abandoned_, from) : from;
  }
  changed_.notify_all();
}

}  // namespace rustcam
