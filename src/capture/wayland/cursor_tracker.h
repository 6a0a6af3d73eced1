// The pointer, as ext-image-copy-capture tells of it.
#pragma once

#include <memory>
#include <optional>

#include "base/time.h"
#include "capture/wayland/grabber.h"
#include "image/pointer.h"

namespace rustcam::wayland {

/// Follows the pointer of the first seat on one output. Belongs to the connection's thread and must
/// end before it.
class CursorTracker {
 public:
  /// `manager` and `source` must outlive it.
  CursorTracker(Connection& connection, ext_image_copy_capture_manager_v1* manager,
                ext_image_capture_source_v1* source);
  ~CursorTracker();
  CursorTracker(const CursorTracker&) = delete;
  CursorTracker& operator=(const CursorTracker&) = delete;

  /// As of the events that were taken so far. In upright pixels of the output.
  const Pointer& pointer();
  /// It is on the output, and nobody has told yet what it looks like.
  bool awaits_image() const noexcept { return entered_ && pointer_.shape == nullptr; }

 private:
  struct Events;
  void follow_device();
  void follow_image();

  Connection& connection_;
  ext_image_copy_capture_manager_v1* manager_;
  ext_image_capture_source_v1* source_;
  Proxy<wl_seat> seat_;
  bool has_device_ = false;
  Proxy<wl_pointer> device_;
  Proxy<ext_image_copy_capture_cursor_session_v1> session_;
  std::unique_ptr<Grabber> images_;
  TimePoint retry_at_{};

  bool entered_ = false;
  Point position_;
  Point coming_hot_spot_;  ///< holds from the next image on
  Point hot_spot_;         ///< of the upright shape
  Pointer pointer_;
};

}  // namespace rustcam::wayland
