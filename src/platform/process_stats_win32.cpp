// clang-format off
#include <windows.h>
#include <psapi.h>
// clang-format on

#include "platform/process_stats.h"

namespace rustcam {

namespace {

Duration to_duration(const FILETIME& time) {
  const auto ticks = (std::int64_t{time.dwHighDateTime} << 32) | time.dwLowDateTime;
  return Duration(ticks * 100);
}

}  // namespace

Duration process_cpu_time() {
  FILETIME created, ended, kernel, user;
  if (::GetProcessTimes(::GetCurrentProcess(), &created, &ended, &kernel, &user) == FALSE)
    return {};
  return to_duration(kernel) + to_duration(user);
}

std::int64_t process_peak_rss() {
  PROCESS_MEMORY_COUNTERS counters{};
  if (::GetProcessMemoryInfo(::GetCurrentProcess(), &counters, sizeof counters) == FALSE) return 0;
  return static_cast<std::int64_t>(counters.PeakWorkingSetSize);
}

Duration thread_cpu_time() {
  FILETIME created, ended, kernel, user;
  if (::GetThreadTimes(::GetCurrentThread(), &created, &ended, &kernel, &user) == FALSE) return {};
  return to_duration(kernel) + to_duration(user);
}

}  // namespace rustcam
