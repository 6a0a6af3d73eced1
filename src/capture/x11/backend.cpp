#include "capture/backend.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

bool has_wayland_display() {
  const char* display = std::getenv("WAYLAND_DISPLAY");
  return display != nullptr && *display != '\0';
}

bool in_wayland_session() {
  const char* session = std::getenv("XDG_SESSION_TYPE");
  return has_wayland_display() || (session != nullptr && std::string_view(session) == "wayland");
}

class X11Session final : public CaptureSession {
 public:
  explicit X11Session(TargetInfo target) : target_(std::move(target)) {}
  const TargetInfo& target() const noexcept override { return target_; }
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override {
    return open_source(target_, options);
  }

 private:
  TargetInfo target_;
};

/// X11: RandR outputs, Damage, MIT-SHM, XFixes pointers.
class X11Backend final : public Backend {
 public:
  X11Backend() noexcept : Backend(backend_name) {}

  Support probe() const override {
    try {
      const Connection connection;
      const PixelLayout layout = root_layout(connection);
      if (!layout.supported()) return {false, unsupported_pixels(layout)};
      if (in_wayland_session())
        return {true, "XWayland: shows only the windows of X11 programs, not the Wayland desktop"};
      return {true, changes_unknown(connection, layout)};
    } catch (const Error& e) {
      return {false, e.what()};
    }
  }

  std::optional<std::string> shortfall() const override {
    if (!has_wayland_display()) return std::nullopt;
    return "this is a Wayland session, but XWayland is captured, which shows X11 windows only";
  }

  bool lists(TargetKind) const noexcept override { return true; }
  std::vector<TargetInfo> targets(TargetKind kind) const override {
    const Connection connection;
    return kind == TargetKind::window ? list_windows(connection) : list_outputs(connection);
  }
  std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const override {
    return std::make_unique<X11Session>(pick_target(*this, request));
  }

  std::optional<std::vector<DeviceInfo>> devices() const override {
    return list_devices(Connection());
  }
  bool presents() const noexcept override { return true; }
  std::unique_ptr<Presenter> present(const PresenterOptions& options) const override {
    return open_presenter(options);
  }
};

}  // namespace
}  // namespace x11

const Backend& x11_backend() noexcept {
  static const x11::X11Backend backend;
  return backend;
}

}  // namespace rustcam
