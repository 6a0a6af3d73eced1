#include <windows.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "platform/wall_clock.h"

namespace rustcam {

namespace {

std::int64_t ticks_of(const FILETIME& time) {
  return (std::int64_t{time.dwHighDateTime} << 32) | time.dwLowDateTime;
}

FILETIME to_filetime(std::int64_t ticks) {
  return {static_cast<DWORD>(ticks & 0xffffffff), static_cast<DWORD>(ticks >> 32)};
}

}  // namespace

std::string iso8601_utc(TimePoint at) {
  FILETIME calendar_now{};
  ::GetSystemTimePreciseAsFileTime(&calendar_now);
  const std::int64_t ticks = ticks_of(calendar_now) + (at - now()).count() / 100;
  const FILETIME calendar = to_filetime(ticks);
  SYSTEMTIME t{};
  ::FileTimeToSystemTime(&calendar, &t);
  const long microseconds = static_cast<long>(ticks % 10'000'000 / 10);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ", t.wYear, t.wMonth,
                t.wDay, t.wHour, t.wMinute, t.wSecond, microseconds);
  return text.data();
}

std::string local_stamp() {
  SYSTEMTIME t{};
  ::GetLocalTime(&t);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d%02d%02d-%02d%02d%02d", t.wYear, t.wMonth, t.wDay,
                t.wHour, t.wMinute, t.wSecond);
  return text.data();
}

}  // namespace rustcam
