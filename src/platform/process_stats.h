// What this process has used.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace rustcam {

Duration process_cpu_time();      ///< user and system, all threads
std::int64_t process_peak_rss();  ///< bytes
/// User and system time of the calling thread.
Duration thread_cpu_time();

}  // namespace rustcam
