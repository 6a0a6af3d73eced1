// The pointer's picture and place.
#pragma once

#include <xcb/xfixes.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "capture/x11/connection.h"
#include "image/pointer.h"

namespace rustcam::x11 {

/// Nothing announces motion, so the place is asked for each time; a change of shape is announced
/// (XFixesCursorNotify) with the shape's serial number, under which shapes are kept.
class PointerTracker {
 public:
  /// Without XFixes the pointer's picture is unknown and it is never drawable. `connection` must
  /// outlive the tracker.
  explicit PointerTracker(const Connection& connection);
  ~PointerTracker();
  PointerTracker(const PointerTracker&) = delete;
  PointerTracker& operator=(const PointerTracker&) = delete;

  /// True if `event` was ours: another shape is shown.
  bool handle(const xcb_generic_event_t& event);
  /// Asks the server where the pointer is (one round trip, two where the shape is new). The events
  /// that came before the answer are then in xcb's queue: hand them to handle() and call
  /// follow_shape(). Throws DeviceError.
  void locate();
  /// Takes in the shape that is shown now; asks for its picture only if it is new.
  void follow_shape();

  /// As seen from a target at `bounds` on the root window.
  Pointer seen_from(const Rect& bounds) const;

 private:
  struct Shape {
    std::shared_ptr<const PointerShape> picture;
    Point hot_spot;
  };
  void fetch_shape();

  const Connection* connection_;
  bool has_shapes_;
  std::map<std::uint32_t, Shape> shapes_;
  Shape shown_;
  std::optional<std::uint32_t> announced_;  ///< serial of a shape not yet taken in
  bool unknown_ = true;                     ///< no shape was ever taken in
  Point position_;
  bool on_screen_ = false;
};

}  // namespace rustcam::x11
