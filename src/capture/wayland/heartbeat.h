// Tells a compositor that has nothing to show from one that hangs.
#pragma once

#include "base/time.h"
#include "capture/wayland/connection.h"

namespace rustcam::wayland {

/// A still screen is as silent as a compositor that is stopped. So while nothing comes, it is asked
/// for an answer now and then. Must end before its connection.
class Heartbeat {
 public:
  explicit Heartbeat(Connection& connection) : connection_(connection), quiet_since_(now()) {}
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// To be called before waiting, when all events have been taken. Returns when it is to be called
  /// again. Throws AccessLost if an answer is owed for longer than `limit`.
  TimePoint beat(Duration limit);
  /// The compositor has just sent something.
  void heard();

 private:
  Connection& connection_;
  Proxy<wl_callback> asked_;
  bool answered_ = false;
  TimePoint quiet_since_;
  TimePoint looked_{};
  Duration owed_{};
};

}  // namespace rustcam::wayland
