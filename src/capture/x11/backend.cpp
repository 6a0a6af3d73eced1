#include "capture/backend.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/desktop_session.h"
#include "capture/x11/connection.h"
#include "capture/x11/lease.h"
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

class X11Session final : public CaptureSession {
 public:
  X11Session(std::shared_ptr<void> kept, TargetInfo target)
      : kept_(std::move(kept)), target_(std::move(target)) {}
  const TargetInfo& target() const noexcept override { return target_; }
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override {
    return open_source(target_, options);
  }

 private:
  std::shared_ptr<void> kept_;
  TargetInfo target_;
};

/// X11: RandR outputs, Damage, MIT-SHM, XFixes pointers.
class X11Backend final : public Backend {
 public:
  X11Backend() noexcept : Backend(backend_name) {}

  Support probe(const Patience& patience) const override {
    try {
      const ConnectionLease lease(patience);
      const Connection& connection = *lease;
      const PixelLayout layout = root_layout(connection);
      if (!layout.supported()) return {false, unsupported_pixels(layout)};
      if (in_wayland_session())
        return {true, "XWayland: shows only the windows of X11 programs, not the Wayland desktop"};
      return {true, changes_unknown(connection, layout)};
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& e) {
      return {false, e.what()};
    }
  }

  std::optional<std::string> shortfall() const override {
    if (!has_wayland_display()) return std::nullopt;
    return "this is a Wayland session, but XWayland is captured, which shows X11 windows only";
  }

  std::shared_ptr<void> keep_open() const override { return std::make_shared<ConnectionKeeper>(); }

  bool lists(TargetKind) const noexcept override { return true; }
  std::vector<TargetInfo> targets(TargetKind kind, const Patience& patience) const override {
    const ConnectionLease connection(patience);
    return kind == TargetKind::window ? list_windows(*connection) : list_outputs(*connection);
  }
  std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const override {
    auto kept = keep_open();
    TargetInfo target = pick_target(*this, request);
    return std::make_unique<X11Session>(std::move(kept), std::move(target));
  }

  std::optional<std::vector<DeviceInfo>> devices(const Patience& patience) const override {
    return list_devices(*ConnectionLease(patience));
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
