#include "capture/wayland/client_library.h"

#include <dlfcn.h>

#include <cstdarg>
#include <string>

#include "base/error.h"

namespace rustcam::wayland {
namespace {

constexpr const char* file_name = "libwayland-client.so.0";

class Loader {
 public:
  Loader() : handle_(dlopen(file_name, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr)
      throw CaptureError(std::string(file_name) +
                         " cannot be loaded; install it (Debian: libwayland-client0)");
  }

  template <typename Function>
  void find(const char* name, Function& function) const {
    function = reinterpret_cast<Function>(dlsym(handle_, name));
    if (function == nullptr)
      throw CaptureError(std::string(file_name) + " is too old: it has no " + name +
                         "; Wayland 1.20 or newer is needed");
  }

 private:
  void* handle_;
};

/// What it would print is told by us, where it matters.
void ignore_log(const char*, va_list) {}

ClientLibrary load() {
  const Loader loader;
  ClientLibrary l{};
  loader.find("wl_display_connect_to_fd", l.display_connect_to_fd);
  loader.find("wl_display_disconnect", l.display_disconnect);
  loader.find("wl_display_get_fd", l.display_get_fd);
  loader.find("wl_display_get_error", l.display_get_error);
  loader.find("wl_display_get_protocol_error", l.display_get_protocol_error);
  loader.find("wl_display_flush", l.display_flush);
  loader.find("wl_display_prepare_read", l.display_prepare_read);
  loader.find("wl_display_read_events", l.display_read_events);
  loader.find("wl_display_cancel_read", l.display_cancel_read);
  loader.find("wl_display_dispatch_pending", l.display_dispatch_pending);
  loader.find("wl_proxy_marshal_flags", l.proxy_marshal_flags);
  loader.find("wl_proxy_add_listener", l.proxy_add_listener);
  loader.find("wl_proxy_get_version", l.proxy_get_version);
  loader.find("wl_proxy_set_user_data", l.proxy_set_user_data);
  loader.find("wl_proxy_get_user_data", l.proxy_get_user_data);
  loader.find("wl_proxy_destroy", l.proxy_destroy);
  loader.find("wl_log_set_handler_client", l.log_set_handler_client);
  l.log_set_handler_client(&ignore_log);
  return l;
}

}  // namespace

const ClientLibrary& library() {
  static const ClientLibrary loaded = load();
  return loaded;
}

}  // namespace rustcam::wayland
