// What has been drawn on the screen since we last looked.
#pragma once

#include <xcb/damage.h>

#include "base/region.h"
#include "base/time.h"
#include "capture/x11/connection.h"

namespace rustcam::x11 {

/// Damage on the root window with delta rectangles: the server tells each part once, when it is
/// first drawn on, and no more about it until acknowledge(). So it costs no round trip, no event
/// says what is known already, and however fast others draw, the events are bounded.
///
/// Nothing is lost as long as acknowledge() comes before the read: what is drawn on a known part
/// before the server sees the acknowledgement is in the read that follows it, what is drawn later
/// is told again.
class DamageTracker {
 public:
  /// The server must have the Damage extension. `connection` must outlive the tracker.
  explicit DamageTracker(const Connection& connection);
  ~DamageTracker();
  DamageTracker(const DamageTracker&) = delete;
  DamageTracker& operator=(const DamageTracker&) = delete;

  /// True if `event` was ours. `bounds`: the target on the root window; damage outside it is
  /// neither kept nor acknowledged, so that it stays quiet.
  bool handle(const xcb_generic_event_t& event, const Rect& bounds, TimePoint received);

  const Region& pending() const noexcept { return pending_; }  ///< target pixels
  /// When the newest pending damage was drawn.
  TimePoint drawn() const noexcept { return drawn_; }

  /// Forgets what is pending, and asks (without flushing) to be told anew of all that is drawn from
  /// now on. Reads must follow on the same connection.
  void acknowledge();

 private:
  TimePoint time_of(xcb_timestamp_t stamp, TimePoint received) const;

  const Connection* connection_;
  xcb_damage_damage_t damage_;
  Region pending_;
  TimePoint drawn_{};
};

}  // namespace rustcam::x11
