// From the performance counter, in which Windows tells when a picture was shown or a sound made, to
// our clock. For the Windows back ends only.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace rustcam::win32 {

/// Both run on the same hardware counter, so that one offset, measured once, holds.
class QpcClock {
 public:
  QpcClock();
  /// The instant of a performance counter value.
  TimePoint at(std::int64_t ticks) const;
  /// The same of one in units of 100 ns, as the sound system has it.
  TimePoint at_100ns(std::int64_t value) const {
    return TimePoint(Duration(value * 100) + offset_);
  }

 private:
  Duration since_start(std::int64_t ticks) const;

  std::int64_t frequency_ = 1;
  Duration offset_{};
};

}  // namespace rustcam::win32
