// A surface at an output's corner, by whichever shell the compositor has.
#pragma once

#include <memory>
#include <string>

#include "base/geometry.h"
#include "capture/wayland/connection.h"

namespace rustcam::wayland {

/// Its role, size and place. Belongs to the connection's thread and must end before it.
class Surface {
 public:
  virtual ~Surface() = default;
  Surface(const Surface&) = delete;
  Surface& operator=(const Surface&) = delete;

  wl_surface* get() const noexcept { return surface_.get(); }
  /// Somebody closed it, or its output went.
  bool closed() const noexcept { return closed_; }
  /// A picture may be attached: the compositor has told where the surface is.
  bool configured() const noexcept { return configured_; }

 protected:
  explicit Surface(const Connection& connection);
  bool configured_ = false;
  bool closed_ = false;

 private:
  Proxy<wl_compositor> compositor_;
  Proxy<wl_surface> surface_;
};

/// Shows nothing yet; configured() becomes true within a round trip or two. `logical`: its size.
/// A layer above all windows (wlr-layer-shell), else a window over the full screen (xdg-shell),
/// whose size is then the compositor's. The pointer goes through it. Throws DeviceError if the
/// compositor has neither.
std::unique_ptr<Surface> open_surface(Connection& connection, wl_output* output, Size logical,
                                      const std::string& title);

}  // namespace rustcam::wayland
