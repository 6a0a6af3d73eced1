// The calendar, for names and statistics.
#pragma once

#include <string>

#include "base/time.h"

namespace rustcam {

/// ISO 8601 in UTC with microseconds ("2026-11-21T10:22:10.123456Z") of an instant of the monotonic
/// clock.
std::string iso8601_utc(TimePoint at);
/// "YYYYMMDD-HHMMSS" in local time, now.
std::string local_stamp();

}  // namespace rustcam
