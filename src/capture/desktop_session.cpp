#include "capture/desktop_session.h"

#include <cstdlib>
#include <string_view>

namespace rustcam {

bool in_wayland_session() {
  const char* display = std::getenv("WAYLAND_DISPLAY");
  const char* type = std::getenv("XDG_SESSION_TYPE");
  return (display != nullptr && *display != '\0') ||
         (type != nullptr && std::string_view(type) == "wayland");
}

}  // namespace rustcam
