// What the compositor says of when surfaces were shown.
#pragma once

#include <cstdint>
#include <deque>

#include "capture/wayland/connection.h"

namespace rustcam::wayland {

/// Counts the pictures of a surface that were never shown. Many compositors answer for each
/// picture; some (sway 1.7, headless) never do. Belongs to the connection's thread and must end
/// before it.
class Feedback {
 public:
  /// Does nothing if the compositor has no wp_presentation.
  explicit Feedback(const Connection& connection);
  Feedback(const Feedback&) = delete;
  Feedback& operator=(const Feedback&) = delete;

  /// To be called before each commit.
  void ask(wl_surface* surface);
  std::int64_t discarded() const noexcept { return discarded_; }

 private:
  struct Events;

  Proxy<wp_presentation> presentation_;
  std::deque<Proxy<struct wp_presentation_feedback>> asked_;  ///< oldest first
  std::int64_t discarded_ = 0;
};

}  // namespace rustcam::wayland
