#include "platform/qpc_clock_win32.h"

#include <windows.h>

namespace rustcam::win32 {

QpcClock::QpcClock() {
  LARGE_INTEGER value{};
  ::QueryPerformanceFrequency(&value);
  frequency_ = value.QuadPart;
  Duration closest = Duration::max();
  constexpr int samples = 8;
  for (int i = 0; i < samples; ++i) {  // the one that was not interrupted
    const TimePoint before = now();
    ::QueryPerformanceCounter(&value);
    const Duration between = now() - before;
    if (between >= closest) continue;
    closest = between;
    offset_ = before.time_since_epoch() + between / 2 - since_start(value.QuadPart);
  }
}

Duration QpcClock::since_start(std::int64_t ticks) const {
  constexpr std::int64_t second = 1'000'000'000;
  return Duration(ticks / frequency_ * second + ticks % frequency_ * second / frequency_);
}

TimePoint QpcClock::at(std::int64_t ticks) const {
  return TimePoint(since_start(ticks) + offset_);
}

}  // namespace rustcam::win32
