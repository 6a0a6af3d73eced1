// Which instant belongs to which slot, and when each slot is sampled.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/rational.h"
#include "base/time.h"
#include "pacing/screen_phase.h"

namespace rustcam {

/// Slot n stands at t0 + slot_offset(rate, n), exactly. It takes the newest frame presented by its
/// sampling point, slot(n) + phase, where the phase (0 to one period of the screen) is laid so that
/// sampling falls half-way between presents, wherever the screen's rate is near the recording's or
/// a multiple of it. As presents and slots drift apart the phase is laid anew, with hysteresis;
/// sampling points never go back. Pure: reads no clock, owns no thread.
class SlotClock {
 public:
  explicit SlotClock(const Rational& rate);

  /// A frame was shown at `at`. Tell only instants that are true: one that was found waiting in a
  /// queue says when it was found.
  void presented(TimePoint at, ScreenPhase::Watch watch = ScreenPhase::Watch::all) {
    screen_.presented(at, watch);
  }
  /// Pixels are fetched this long before a sampling point; it is the fetching that has to fall
  /// half-way between presents.
  void set_read_lead(Duration lead) noexcept { lead_ = lead; }

  /// Lays slot 0 at `earliest`, or up to one screen period later so that the phase has equal room
  /// on both sides. Returns t0. Once.
  TimePoint start(TimePoint earliest);

  TimePoint t0() const noexcept { return t0_; }
  TimePoint slot(std::int64_t n) const { return t0_ + slot_offset(rate_, n); }
  /// The last slot that stands at or before `at`; negative before t0.
  std::int64_t slot_at(TimePoint at) const;
  /// Fixed from the first time it is asked for; never before that of an earlier slot.
  TimePoint sampling_point(std::int64_t n);

  Duration phase() const noexcept { return phase_; }
  Duration period() const { return slot_offset(rate_, 1); }
  /// The screen's own period if the phase follows one.
  std::optional<Duration> screen_period();

 private:
  void follow(TimePoint slot);

  Rational rate_;
  ScreenPhase screen_;
  TimePoint t0_{};
  Duration lead_{};
  Duration phase_{};
  bool laid_ = false;

  static constexpr std::int64_t remembered = 64;
  std::array<TimePoint, remembered> points_{};  ///< of slots next_ - remembered .. next_ - 1
  std::int64_t next_ = 0;
};

}  // namespace rustcam
