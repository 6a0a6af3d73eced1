#include "capture/x11/pointer_tracker.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "capture/x11/reply_items.h"

namespace rustcam::x11 {
namespace {

/// Enough for the frames of an animated pointer; beyond it all are forgotten.
constexpr std::size_t max_kept_shapes = 64;

}  // namespace

PointerTracker::PointerTracker(const Connection& connection)
    : connection_(&connection), has_shapes_(connection.xfixes().at_least(1, 0)) {
  if (has_shapes_)
    xcb_xfixes_select_cursor_input(connection.get(), connection.root(),
                                   XCB_XFIXES_CURSOR_NOTIFY_MASK_DISPLAY_CURSOR);
}

PointerTracker::~PointerTracker() {
  if (has_shapes_) xcb_xfixes_select_cursor_input(connection_->get(), connection_->root(), 0);
}

bool PointerTracker::handle(const xcb_generic_event_t& event) {
  if (!has_shapes_ ||
      (event.response_type & 0x7f) != connection_->xfixes().first_event + XCB_XFIXES_CURSOR_NOTIFY)
    return false;
  announced_ = reinterpret_cast<const xcb_xfixes_cursor_notify_event_t&>(event).cursor_serial;
  return true;
}

void PointerTracker::locate() {
  const auto place = connection_->reply(xcb_query_pointer_reply,
                                        xcb_query_pointer(connection_->get(), connection_->root()),
                                        "asking for the pointer's place");
  on_screen_ = place->same_screen != 0;
  position_ = {place->root_x, place->root_y};
}

void PointerTracker::follow_shape() {
  if (!has_shapes_ || (!announced_ && !unknown_)) return;
  const auto known = announced_ ? shapes_.find(*announced_) : shapes_.end();
  announced_.reset();
  if (known != shapes_.end())
    shown_ = known->second;
  else
    fetch_shape();
}

void PointerTracker::fetch_shape() {
  const auto image = connection_->try_reply(xcb_xfixes_get_cursor_image_reply,
                                            xcb_xfixes_get_cursor_image(connection_->get()));
  unknown_ = false;
  shown_ = {};
  if (!image) return;
  const auto pixels =
      ReplyItems(*image).take<std::uint8_t>(std::size_t{image->width} * image->height * 4);
  if (pixels.empty()) return;
  auto picture = std::make_shared<PointerShape>();
  picture->kind = PointerKind::premultiplied_alpha;
  picture->size = {image->width, image->height};
  picture->stride = image->width * 4;
  picture->pixels.assign(pixels.begin(), pixels.end());
  shown_ = {std::move(picture), {image->xhot, image->yhot}};
  position_ = {image->x, image->y};
  if (shapes_.size() >= max_kept_shapes) shapes_.clear();
  shapes_[image->cursor_serial] = shown_;
}

Pointer PointerTracker::seen_from(const Rect& bounds) const {
  Pointer pointer;
  pointer.shape = shown_.picture;
  pointer.top_left = {position_.x - shown_.hot_spot.x - bounds.left,
                      position_.y - shown_.hot_spot.y - bounds.top};
  const Rect covered = pointer.shape ? Rect::of(pointer.top_left, pointer.shape->size) : Rect{};
  pointer.visible = on_screen_ && !intersect(covered, Rect::of(bounds.size())).empty();
  return pointer;
}

}  // namespace rustcam::x11
