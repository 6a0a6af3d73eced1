// The items of a reply, held against the bytes that the reply really has.
#pragma once

#include <xcb/xcb.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace rustcam::x11 {

/// The bytes of `reply` that xcb has read: its counts may say anything, but this is what was
/// received and allocated.
template <typename Reply>
std::size_t bytes_of_reply(const Reply& reply) noexcept {
  return 32 + std::size_t{reply.length} * 4;
}

/// False if not even the part that every such reply has is there.
template <typename Reply>
bool has_fixed_part(const Reply& reply) noexcept {
  return bytes_of_reply(reply) >= sizeof(Reply);
}

/// What follows the fixed part of a reply, to be taken in the order of the protocol. libxcb's own
/// accessors believe the counts in the reply; a server that is broken, or hostile, then makes them
/// point anywhere.
class ReplyItems {
 public:
  /// `reply` must outlive it, and have its fixed part (Connection sees to that).
  template <typename Reply>
  explicit ReplyItems(const Reply& reply) noexcept
      : rest_(reinterpret_cast<const std::uint8_t*>(&reply), bytes_of_reply(reply)) {
    skip(std::max<std::size_t>(sizeof(Reply), 32));
  }
  /// The bytes of something else that was received.
  explicit ReplyItems(std::span<const std::uint8_t> bytes) noexcept : rest_(bytes) {}

  /// The next `count` items. Empty if the reply does not hold so many: then complete() is false
  /// from here on, and every later take() empty as well.
  template <typename T>
  std::span<const T> take(std::size_t count) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!complete_ || count > rest_.size() / sizeof(T)) {
      complete_ = false;
      return {};
    }
    const auto* first = reinterpret_cast<const T*>(rest_.data());
    rest_ = rest_.subspan(count * sizeof(T));
    return {first, count};
  }
  /// One item; null as take() is empty.
  template <typename T>
  const T* take_one() noexcept {
    const std::span<const T> items = take<T>(1);
    return items.empty() ? nullptr : items.data();
  }
  void skip(std::size_t bytes) noexcept { take<std::uint8_t>(bytes); }

  /// True as long as the reply held all that was taken.
  bool complete() const noexcept { return complete_; }

 private:
  std::span<const std::uint8_t> rest_;
  bool complete_ = true;
};

/// `what` as in Connection::reply(). Throws CaptureError: the reply says that it holds more than it
/// does.
[[noreturn]] void false_reply(const char* what);

/// False if what the server says of itself when we connect (formats, screens, depths, visuals) does
/// not fit into the bytes that it sent.
bool is_whole(const xcb_setup_t& setup) noexcept;

}  // namespace rustcam::x11
