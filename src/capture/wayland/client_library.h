// libwayland-client, loaded when it is first needed.
#pragma once

#include <wayland-client-core.h>

namespace rustcam::wayland {

/// The functions of libwayland-client that are used, as its header declares them.
struct ClientLibrary {
  decltype(&::wl_display_connect_to_fd) display_connect_to_fd;
  decltype(&::wl_display_disconnect) display_disconnect;
  decltype(&::wl_display_get_fd) display_get_fd;
  decltype(&::wl_display_get_error) display_get_error;
  decltype(&::wl_display_get_protocol_error) display_get_protocol_error;
  decltype(&::wl_display_flush) display_flush;
  decltype(&::wl_display_prepare_read) display_prepare_read;
  decltype(&::wl_display_read_events) display_read_events;
  decltype(&::wl_display_cancel_read) display_cancel_read;
  decltype(&::wl_display_dispatch_pending) display_dispatch_pending;
  decltype(&::wl_proxy_marshal_flags) proxy_marshal_flags;
  decltype(&::wl_proxy_add_listener) proxy_add_listener;
  decltype(&::wl_proxy_get_version) proxy_get_version;
  decltype(&::wl_proxy_set_user_data) proxy_set_user_data;
  decltype(&::wl_proxy_get_user_data) proxy_get_user_data;
  decltype(&::wl_proxy_destroy) proxy_destroy;
  decltype(&::wl_log_set_handler_client) log_set_handler_client;
};

/// Loads it at the first call; it stays loaded. May be called from any thread. Throws DeviceError,
/// naming the package, if it is not installed or too old.
const ClientLibrary& library();

}  // namespace rustcam::wayland
