#include "capture/wayland/heartbeat.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rustcam::wayland {
namespace {

constexpr Duration quiet = std::chrono::seconds(1);
/// A time in which the program itself was stopped must not count.
constexpr Duration look_every = std::chrono::milliseconds(100);

}  // namespace

TimePoint Heartbeat::beat(Duration limit) {
  const TimePoint at = now();
  if (asked_ && answered_) heard();
  if (asked_) {
    owed_ += std::min(at - looked_, 2 * look_every);
    looked_ = at;
    if (owed_ >= limit) throw connection_.silence(limit);
    return at + look_every;
  }
  if (at - quiet_since_ < quiet) return quiet_since_ + quiet;
  static constexpr wl_callback_listener listener{[](void* self, wl_callback*, std::uint32_t) {
    static_cast<Heartbeat*>(self)->answered_ = true;
  }};
  asked_.reset(wl_display_sync(connection_.display()));
  wl_callback_add_listener(asked_.get(), &listener, this);
  answered_ = false;
  owed_ = {};
  looked_ = at;
  return at + look_every;
}

void Heartbeat::heard() {
  asked_.reset();
  quiet_since_ = now();
}

}  // namespace rustcam::wayland
