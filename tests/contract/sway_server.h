// A private Wayland compositor for a test, sway without a screen, and nothing left of it
// afterwards.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/geometry.h"

namespace rustcam::test {

/// Starts sway with one headless output HEADLESS-1 of this size at 120 Hz, and points
/// $WAYLAND_DISPLAY and $XDG_RUNTIME_DIR there while it lives; dies with us.
class SwayServer {
 public:
  /// Throws std::runtime_error if it does not come up within 60 s.
  explicit SwayServer(Size size);
  ~SwayServer();
  SwayServer(const SwayServer&) = delete;
  SwayServer& operator=(const SwayServer&) = delete;

  /// The path of the socket for Wayland clients.
  const std::string& socket() const noexcept { return socket_; }
  /// What `swaymsg` may be told; throws std::runtime_error if sway does not take it.
  void command(const std::string& text) const;
  /// As when it crashes.
  void kill();

 private:
  bool is_up();
  void start();
  void remove() noexcept;

  std::string folder_;
  std::string socket_;
  pid_t pid_ = -1;
};

}  // namespace rustcam::test
