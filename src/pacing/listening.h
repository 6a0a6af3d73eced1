// How much of each slot the capture thread is awake for.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace rustcam {

/// A screen may show ten frames for each slot, of which one is read; waking for every one of them
/// would cost more than the reading. But the phase of its presents can only be learnt by being
/// awake when they come. So: listen all the time if few updates come (that costs nothing); else
/// only for one screen period before each read, in which one present is due; and from time to time
/// for whole slots again, to notice that things have changed. Pure.
class Listening {
 public:
  /// How long before the read the next slot's listening begins; nullopt: all the time.
  std::optional<Duration> window(std::optional<Duration> screen_period) const;
  bool brief() const noexcept { return brief_; }
  /// What came while listening for a slot: updates that woke us, at the moment they happened.
  void slot_done(std::int64_t updates);

 private:
  void begin(bool brief);

  bool brief_ = false;
  std::int64_t slots_ = 0;
  std::int64_t updates_ = 0;
};

}  // namespace rustcam
