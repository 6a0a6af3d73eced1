#include "capture/backend.h"

#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "capture/x11/connection.h"
#include "capture/x11/outputs.h"
#include "capture/x11/pixel_layout.h"
#include "capture/x11/presenter.h"
#include "capture/x11/source.h"
#include "capture/x11/windows.h"

namespace rustcam {
namespace x11 {
namespace {

bool in_wayland_session() {
  const char* display = std::getenv("WAYLAND_DISPLAY");
  const char* session = std::getenv("XDG_SESSION_TYPE");
  return (display != nullptr && *display != '\0') ||
         (session != nullptr && std::string_view(session) == "wayland");
}

Support probe() {
  try {
    const Connection connection;
    if (!connection.damage().present)
      return {false, "the X server has no Damage extension; use another server"};
    if (root_layout(connection) == PixelLayout::unsupported)
      return {false, "the X screen has " + layout_name(connection) +
                         " pixels; run the X server with 24-bit or 30-bit true colour"};
    if (in_wayland_session())
      return {true, "XWayland: shows only the windows of X11 programs, not the Wayland desktop"};
    return {true, ""};
  } catch (const Error& e) {
    return {false, e.what()};
  }
}

std::vector<TargetInfo> targets() {
  return list_outputs(Connection());
}
std::vector<WindowInfo> windows() {
  return list_windows(Connection());
}
std::vector<DeviceInfo> devices() {
  return list_devices(Connection());
}

}  // namespace
}  // namespace x11

const Backend& x11_backend() noexcept {
  static const Backend backend{
      .name = "x11",
      .description = "X11: RandR outputs, Damage, MIT-SHM, XFixes pointers",
      .automatic = true,
      .probe = x11::probe,
      .targets = x11::targets,
      .resolve = nullptr,
      .open = x11::open_source,
      .windows = x11::windows,
      .devices = x11::devices,
      .present = x11::open_presenter,
  };
  return backend;
}

}  // namespace rustcam
