#include "ext_cursor.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "ext_session.h"
#include "resource.h"

namespace rustcam::test {
namespace {

void get_capture_session(wl_client*, wl_resource* resource, std::uint32_t id) {
  object_of<ExtCursor>(resource)->get_session(id);
}

const struct ext_image_copy_capture_cursor_session_v1_interface requests = {destroy_resource,
                                                                            get_capture_session};

}  // namespace

void ExtCursor::create(ExtCapture& owner, Screen& screen, wl_client* client, int version,
                       std::uint32_t id) {
  auto* cursor = new ExtCursor(owner, screen);
  cursor->resource_ = make_resource(client, ext_image_copy_capture_cursor_session_v1_interface,
                                    version, id, &requests, cursor, delete_object<ExtCursor>);
  owner.cursors().push_back(cursor);
  owner.desk().count("ext_cursor_sessions");
  cursor->tell(false);
}

ExtCursor::~ExtCursor() {
  std::erase(owner_.cursors(), this);
}

void ExtCursor::tell(bool reshaped) {
  const PointerState& pointer = owner_.desk().pointer;
  const bool inside = pointer.touches(screen_);
  if (!inside) {
    if (inside_) ext_image_copy_capture_cursor_session_v1_send_leave(resource_);
    inside_ = false;
    return;
  }
  const bool entered = !inside_;
  inside_ = true;
  if (entered) ext_image_copy_capture_cursor_session_v1_send_enter(resource_);
  Faults& faults = owner_.desk().faults;
  if (entered || told_ != pointer.place) {
    told_ = pointer.place;
    Point place = pointer.place;
    if (faults.strike(Fault::ext_cursor_place_absurd))
      place = {std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()};
    ext_image_copy_capture_cursor_session_v1_send_position(resource_, place.x, place.y);
  }
  if (entered || reshaped) {
    Point spot = pointer.image.hot_spot;
    if (faults.strike(Fault::ext_cursor_hotspot_absurd))
      spot = {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    ext_image_copy_capture_cursor_session_v1_send_hotspot(resource_, spot.x, spot.y);
  }
}

void ExtCursor::get_session(std::uint32_t id) {
  if (has_session_)
    return owner_.desk().forbid(resource_, wire::ext_duplicate_session, "duplicate_session",
                                "a cursor session is asked for its session twice");
  has_session_ = true;
  std::make_shared<ExtSession>(owner_, screen_, ExtSession::Of::pointer, false)
      ->introduce(wl_resource_get_client(resource_), wl_resource_get_version(resource_), id);
}

}  // namespace rustcam::test
