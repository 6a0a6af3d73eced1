#include "seat.h"

#include <cstdint>

#include "resource.h"

namespace rustcam::test {
namespace {

void set_cursor(wl_client*, wl_resource*, std::uint32_t, wl_resource*, std::int32_t, std::int32_t) {
}

/// Before version 3 a pointer has no release.
const struct wl_pointer_interface pointer_requests = {set_cursor, nullptr};

void get_pointer(wl_client* client, wl_resource* seat, std::uint32_t id) {
  make_resource(client, wl_pointer_interface, wl_resource_get_version(seat), id, &pointer_requests,
                nullptr);
}

void refuse(wl_resource* seat, const char* what) {
  wl_resource_post_error(seat, WL_SEAT_ERROR_MISSING_CAPABILITY, "there is no %s", what);
}

/// Before version 5 a seat has no release.
const struct wl_seat_interface seat_requests = {
    get_pointer, [](wl_client*, wl_resource* seat, std::uint32_t) { refuse(seat, "keyboard"); },
    [](wl_client*, wl_resource* seat, std::uint32_t) { refuse(seat, "touch screen"); }, nullptr};

void bind_seat(wl_client* client, void*, std::uint32_t version, std::uint32_t id) {
  wl_resource* seat = make_resource(client, wl_seat_interface, static_cast<int>(version), id,
                                    &seat_requests, nullptr);
  wl_seat_send_capabilities(seat, WL_SEAT_CAPABILITY_POINTER);
  if (version >= WL_SEAT_NAME_SINCE_VERSION) wl_seat_send_name(seat, "test");
}

}  // namespace

void offer_seat(Desk& desk) {
  wl_global_create(desk.display, &wl_seat_interface, 2, nullptr, bind_seat);
}

}  // namespace rustcam::test
