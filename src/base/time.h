// One monotonic clock in integer nanoseconds for the whole program. std::chrono::steady_clock is
// CLOCK_MONOTONIC on Linux and QueryPerformanceCounter with mingw's and Microsoft's libraries.
#pragma once

#include <chrono>
#include <cstdint>

namespace rustcam {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

inline TimePoint now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

/// Microseconds as a fraction, for statistics.
inline double to_us(Duration d) {
  return static_cast<double>(d.count()) / 1e3;
}
/// Seconds as a fraction, for statistics.
inline double to_s(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}
/// `seconds` rounded to the nearest nanosecond; the caller has checked that it is finite and small.
inline Duration from_s(double seconds) {
  return Duration(static_cast<std::int64_t>(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5)));
}

}  // namespace rustcam
