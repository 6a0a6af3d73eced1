#include "capture/wayland/dial.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "base/error.h"
#include "base/time.h"

namespace rustcam::wayland {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::string_view(value) : std::string_view();
}

std::string why_not(int code) {
  if (code == ENOENT) return "there is no such socket";
  if (code == ECONNREFUSED) return "nobody listens there any more";
  return errno_name(code);
}

}  // namespace

std::string socket_path() {
  const std::string_view display = variable("WAYLAND_DISPLAY");
  if (display.empty())
    throw CaptureError(
        "this is no Wayland session: WAYLAND_DISPLAY is not set; run this in the session, or "
        "set it");
  if (display.front() == '/') return std::string(display);
  const std::string_view folder = variable("XDG_RUNTIME_DIR");
  if (folder.empty() || folder.front() != '/')
    throw CaptureError("WAYLAND_DISPLAY is \"" + std::string(display) +
                       "\", but XDG_RUNTIME_DIR, the folder of its socket, is not set to a full "
                       "path; run this in the session, or set it");
  return std::string(folder) + "/" + std::string(display);
}

UniqueFd dial(const std::string& path, const Patience& patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw CaptureError("the path of the Wayland socket is too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid())
    throw CaptureError("the system gives us no socket: " + errno_name(errno), errno_name(errno));
  // A compositor that is stopped takes no one; once its queue is full, EAGAIN says so.
  constexpr Duration pause = std::chrono::milliseconds(20);
  for (const TimePoint end = now() + patience.limit;;) {
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return fd;
    if (errno == EINTR) continue;
    if (errno != EAGAIN)
      throw DeviceError("the Wayland compositor at " + path +
                            " cannot be reached: " + why_not(errno) + "; see that the session runs",
                        errno_name(errno));
    if (patience.stop.stop_requested())
      throw Interrupted("the Wayland compositor had not answered when the end was requested",
                        "EINTR");
    if (now() >= end)
      throw AccessLost("the Wayland compositor at " + path + " takes nobody: it may be stopped",
                       "ETIMEDOUT");
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace rustcam::wayland
