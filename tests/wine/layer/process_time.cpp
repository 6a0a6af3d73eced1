#include "process_time.h"

#include <windows.h>

namespace layer {
namespace {

double seconds(const FILETIME& time) {
  constexpr double high_word = 4294967296.0;
  constexpr double hundred_ns = 1e-7;
  return (time.dwHighDateTime * high_word + time.dwLowDateTime) * hundred_ns;
}

}  // namespace

double process_cpu_s() {
  FILETIME created;
  FILETIME ended;
  FILETIME kernel;
  FILETIME user;
  if (!GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user)) return 0;
  return seconds(kernel) + seconds(user);
}

}  // namespace layer
