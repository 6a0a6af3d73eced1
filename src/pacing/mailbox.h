// From the capture thread to the record thread: newest wins, slot by slot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace rustcam {

/// Keeps, for each slot not yet taken (up to four), its newest value. The writer never waits. A
/// value for slot n never fills a slot before n, and never evicts the value of one.
///
/// `Fold()(T& newer, const T& older)` is called for each value that is never taken, so that what it
/// carried (the damage of a picture) is not lost with it.
template <typename T, typename Fold>
class Mailbox {
 public:
  /// Posts the value that fills `slot` and, until a newer one comes, those after it. `slot` never
  /// goes back.
  void post(std::int64_t slot, T value) {
    const std::lock_guard lock(mutex_);
    // With no room left it is the newest that gives way, not the one that fills the oldest slot.
    if (count_ > 0 && (entry(count_ - 1).slot == slot || count_ == capacity)) {
      fold(value, entry(count_ - 1).value);
      entry(count_ - 1) = {slot, std::move(value)};
      return;
    }
    entry(count_) = {slot, std::move(value)};
    ++count_;
  }

  /// The newest value posted for a slot <= `slot`, taken out with all older ones folded into it;
  /// nullopt if there is none.
  std::optional<T> take(std::int64_t slot) {
    const std::lock_guard lock(mutex_);
    std::optional<T> newest;
    while (count_ > 0 && entry(0).slot <= slot) {
      if (newest) fold(entry(0).value, *newest);
      newest = std::move(entry(0).value);
      pop_front();
    }
    return newest;
  }

 private:
  struct Entry {
    std::int64_t slot = 0;
    T value{};
  };
  static constexpr std::size_t capacity = 4;

  Entry& entry(std::size_t i) { return entries_[(first_ + i) % capacity]; }
  void fold(T& newer, const T& older) { Fold()(newer, older); }
  void pop_front() {
    entry(0) = {};
    first_ = (first_ + 1) % capacity;
    --count_;
  }

  std::mutex mutex_;
  std::array<Entry, capacity> entries_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace rustcam
