// When the desktop ended casts of one session, and what is to be made of it.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "base/time.h"

namespace rustcam::portal {

/// A desktop ends a cast if its screen is locked or its output goes, and also if the user presses
/// "stop sharing": that looks the same. So the first time it is begun again, by the remembered
/// choice; whoever ends it again soon after means it. May be used from any thread.
class LossBook {
 public:
  static constexpr Duration soon = std::chrono::seconds(10);

  void desktop_ended_it(TimePoint at) {
    const std::lock_guard lock(mutex_);
    meant_ = meant_ || (begun_again_ && at - *begun_again_ < soon);
    ended_ = true;
  }
  void begun(TimePoint at) {
    const std::lock_guard lock(mutex_);
    if (ended_) begun_again_ = at;
    ended_ = false;
  }
  /// It is not to be begun again.
  bool meant() const {
    const std::lock_guard lock(mutex_);
    return meant_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<TimePoint> begun_again_;  ///< after the desktop had ended it
  bool ended_ = false;
  bool meant_ = false;
};

}  // namespace rustcam::portal
