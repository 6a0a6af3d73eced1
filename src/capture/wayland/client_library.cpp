#include "capture/wayland/client_library.h"

#include <cstdarg>

#include "platform/shared_library_posix.h"

namespace rustcam::wayland {
namespace {

/// What it would print is told by us, where it matters.
void ignore_log(const char*, va_list) {}

ClientLibrary load() {
  const SharedLibrary file({"libwayland-client.so.0"}, "Wayland", "libwayland-client0");
  ClientLibrary l{};
  file.find("wl_display_connect_to_fd", l.display_connect_to_fd);
  file.find("wl_display_disconnect", l.display_disconnect);
  file.find("wl_display_get_fd", l.display_get_fd);
  file.find("wl_display_get_error", l.display_get_error);
  file.find("wl_display_get_protocol_error", l.display_get_protocol_error);
  file.find("wl_display_flush", l.display_flush);
  file.find("wl_display_prepare_read", l.display_prepare_read);
  file.find("wl_display_read_events", l.display_read_events);
  file.find("wl_display_cancel_read", l.display_cancel_read);
  file.find("wl_display_dispatch_pending", l.display_dispatch_pending);
  file.find("wl_proxy_marshal_flags", l.proxy_marshal_flags);
  file.find("wl_proxy_add_listener", l.proxy_add_listener);
  file.find("wl_proxy_get_version", l.proxy_get_version);
  file.find("wl_proxy_set_user_data", l.proxy_set_user_data);
  file.find("wl_proxy_get_user_data", l.proxy_get_user_data);
  file.find("wl_proxy_destroy", l.proxy_destroy);
  file.find("wl_log_set_handler_client", l.log_set_handler_client);
  l.log_set_handler_client(&ignore_log);
  return l;
}

}  // namespace

const ClientLibrary& library() {
  static const ClientLibrary loaded = load();
  return loaded;
}

}  // namespace rustcam::wayland
