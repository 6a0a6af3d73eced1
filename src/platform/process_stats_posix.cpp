#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>

#include "platform/process_stats.h"

namespace rustcam {

namespace {

Duration cpu_clock(clockid_t clock) {
  timespec used{};
  ::clock_gettime(clock, &used);
  return std::chrono::seconds(used.tv_sec) + Duration(used.tv_nsec);
}

}  // namespace

Duration process_cpu_time() {
  return cpu_clock(CLOCK_PROCESS_CPUTIME_ID);
}

Duration thread_cpu_time() {
  return cpu_clock(CLOCK_THREAD_CPUTIME_ID);
}

std::int64_t process_peak_rss() {
  // getrusage's figure survives exec, so it may be that of whoever started us; VmHWM is ours.
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key;) {
    std::int64_t kib = 0;
    if (key == "VmHWM:" && status >> kib) return kib * 1024;
    std::getline(status, key);
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace rustcam
