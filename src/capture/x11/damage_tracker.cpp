#include "capture/x11/damage_tracker.h"

#include <xcb/xfixes.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rustcam::x11 {
namespace {

/// Adding to a region takes time that grows with it; beyond this its bounding rectangle will do.
constexpr std::size_t max_pending_rects = 128;

}  // namespace

DamageTracker::DamageTracker(const Connection& connection) : connection_(&connection) {
  damage_ = connection.new_id();
  xcb_damage_create(connection.get(), damage_, connection.root(),
                    XCB_DAMAGE_REPORT_LEVEL_DELTA_RECTANGLES);
}

DamageTracker::~DamageTracker() {
  xcb_damage_destroy(connection_->get(), damage_);
}

bool DamageTracker::handle(const xcb_generic_event_t& event, const Rect& bounds,
                           TimePoint received) {
  if ((event.response_type & 0x7f) != connection_->damage().first_event + XCB_DAMAGE_NOTIFY)
    return false;
  const auto& notify = reinterpret_cast<const xcb_damage_notify_event_t&>(event);
  const xcb_rectangle_t& area = notify.area;
  const Rect drawn = intersect(Rect::of(Point{area.x, area.y}, {area.width, area.height}), bounds);
  if (drawn.empty()) return true;
  pending_.add(translate(drawn, -bounds.left, -bounds.top));
  if (pending_.count() > max_pending_rects) pending_ = Region(pending_.bounds());
  drawn_ = std::max(drawn_, time_of(notify.timestamp, received));
  return true;
}

TimePoint DamageTracker::time_of(xcb_timestamp_t stamp, TimePoint received) const {
  // The server's clock is CLOCK_MONOTONIC in whole milliseconds, cut to 32 bits; on this machine it
  // is ours, and tells when the drawing happened even if we come to read of it late.
  if (!connection_->local()) return received;
  constexpr std::int32_t longest_delay_ms = 10'000;
  const auto received_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(received.time_since_epoch()).count();
  const auto age_ms = static_cast<std::int32_t>(static_cast<std::uint32_t>(received_ms) - stamp);
  if (age_ms < 0 || age_ms > longest_delay_ms) return received;
  const TimePoint end_of_stamp{std::chrono::milliseconds(received_ms - age_ms + 1)};
  return std::min(received, end_of_stamp);
}

void DamageTracker::acknowledge() {
  pending_.clear();
  drawn_ = {};
  xcb_damage_subtract(connection_->get(), damage_, XCB_NONE, XCB_NONE);
}

}  // namespace rustcam::x11
