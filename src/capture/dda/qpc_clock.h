// From the performance counter, in which Desktop Duplication tells times, to our clock.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace rustcam::dda {

/// Both run on the same hardware counter, so that one offset, measured once, holds.
class QpcClock {
 public:
  QpcClock();
  /// The instant of a performance counter value.
  TimePoint at(std::int64_t ticks) const;

 private:
  Duration since_start(std::int64_t ticks) const;

  std::int64_t frequency_ = 1;
  Duration offset_{};
};

}  // namespace rustcam::dda
