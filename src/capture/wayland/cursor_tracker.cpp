#include "capture/wayland/cursor_tracker.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "capture/wayland/ext_grabber.h"
#include "image/image.h"

namespace rustcam::wayland {
namespace {

constexpr std::uint32_t pointer_capability = 1;
constexpr Duration retry_pause = std::chrono::milliseconds(50);
/// Pointers are small; a picture of this size is none.
constexpr std::int32_t longest_pointer_side = 1024;
/// Beyond any pointer, and still far from the ends of 32 bits.
constexpr std::int32_t farthest_hot_spot = 65535;

}  // namespace

struct CursorTracker::Events {
  using Session = ext_image_copy_capture_cursor_session_v1;
  static CursorTracker& of(void* data) { return *static_cast<CursorTracker*>(data); }

  static void capabilities(void* data, wl_seat*, std::uint32_t bits) {
    of(data).has_device_ = (bits & pointer_capability) != 0;
  }
  static void name(void*, wl_seat*, const char*) {}

  static void enter(void* data, Session*) { of(data).entered_ = true; }
  static void leave(void* data, Session*) { of(data).entered_ = false; }
  static void position(void* data, Session*, std::int32_t x, std::int32_t y) {
    of(data).position_ = {x, y};
  }
  static void hot_spot(void* data, Session*, std::int32_t x, std::int32_t y) {
    of(data).coming_hot_spot_ = {std::clamp(x, -farthest_hot_spot, farthest_hot_spot),
                                 std::clamp(y, -farthest_hot_spot, farthest_hot_spot)};
  }
};

CursorTracker::CursorTracker(Connection& connection, ext_image_copy_capture_manager_v1* manager,
                             ext_image_capture_source_v1* source)
    : connection_(connection),
      manager_(manager),
      source_(source),
      seat_(connection.bind<wl_seat>(wl_seat_interface)) {
  if (!seat_) return;
  static constexpr wl_seat_listener listener{&Events::capabilities, &Events::name};
  wl_seat_add_listener(seat_.get(), &listener, this);
}

CursorTracker::~CursorTracker() = default;

/// A seat without a pointing device has no pointer to ask for: doing so would end the connection.
void CursorTracker::follow_device() {
  if (has_device_ == (session_ != nullptr)) return;
  images_.reset();
  session_.reset();
  device_.reset();
  entered_ = false;
  if (!has_device_) return;
  device_.reset(wl_seat_get_pointer(seat_.get()));
  session_.reset(ext_image_copy_capture_manager_v1_create_pointer_cursor_session(manager_, source_,
                                                                                 device_.get()));
  static constexpr ext_image_copy_capture_cursor_session_v1_listener listener{
      &Events::enter, &Events::leave, &Events::position, &Events::hot_spot};
  ext_image_copy_capture_cursor_session_v1_add_listener(session_.get(), &listener, this);
  images_ = open_ext_grabber(
      connection_,
      Proxy<ext_image_copy_capture_session_v1>(
          ext_image_copy_capture_cursor_session_v1_get_capture_session(session_.get())),
      true);
}

void CursorTracker::follow_image() {
  if (!images_) return;
  if (images_->state() == Grabber::State::failed && now() >= retry_at_) {
    retry_at_ = now() + retry_pause;
    images_->retry();
  }
  if (images_->state() != Grabber::State::ready) return;
  // The view is good until the next take(), and copied before it.
  const Grab grab = images_->take();
  const Size size = grab.view.transform.upright(grab.view.size);
  if (size.width > longest_pointer_side || size.height > longest_pointer_side) {
    pointer_.shape.reset();
    return;
  }
  const Rect spot =
      grab.view.transform.upright(Rect::of(coming_hot_spot_, Size{1, 1}), grab.view.size);
  hot_spot_ = {spot.left, spot.top};
  pointer_.shape = pointer_shape(grab.view);
}

const Pointer& CursorTracker::pointer() {
  follow_device();
  follow_image();
  pointer_.visible = entered_ && pointer_.shape != nullptr;
  const Rect corner = translate(Rect::of(position_, Size{1, 1}), -hot_spot_.x, -hot_spot_.y);
  pointer_.top_left = {corner.left, corner.top};
  return pointer_;
}

}  // namespace rustcam::wayland
