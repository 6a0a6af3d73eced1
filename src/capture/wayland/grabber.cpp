#include "capture/wayland/grabber.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace rustcam::wayland {

BufferView view_of(const ShmBuffer& buffer, const Transform& transform) noexcept {
  const BufferLayout& layout = buffer.layout();
  return {buffer_format(layout.format), layout.size, layout.stride, buffer.data(), transform};
}

std::optional<TimePoint> sensible_time(std::uint32_t seconds_high, std::uint32_t seconds_low,
                                       std::uint32_t nanoseconds) {
  constexpr std::uint32_t second = 1'000'000'000;
  constexpr Duration oldest = std::chrono::seconds(1);
  constexpr Duration newest = std::chrono::milliseconds(100);
  if (nanoseconds >= second || seconds_high > 0) return std::nullopt;
  const TimePoint told{std::chrono::seconds(seconds_low) + Duration(nanoseconds)};
  const TimePoint at = now();
  if (told < at - oldest || told > at + newest) return std::nullopt;
  return told;
}

}  // namespace rustcam::wayland
