// The built-in display: never chosen by itself, always there.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/backend.h"
#include "capture/virtual/virtual_screen.h"
#include "capture/virtual/virtual_source.h"

namespace rustcam {
namespace virtual_display {
namespace {

constexpr std::string_view backend_name = "virtual";

TargetInfo describe(const Screen& screen, int index) {
  TargetInfo target;
  target.index = index;
  target.name = screen.name;
  target.description = "virtual display";
  target.identity = screen.name;
  target.backend = backend_name;
  target.desktop = Rect::of(screen.size);
  target.refresh_hz = screen.hz.value();
  target.native_format = "bgra8";
  target.hdr = false;
  return target;
}

/// The screen itself. Its times count from the instant when it was chosen, and go on whenever it is
/// opened again.
class VirtualSession final : public CaptureSession {
 public:
  explicit VirtualSession(TargetInfo target)
      : target_(std::move(target)), screen_(parse_screen(target_.name)) {
    target_.clock_zero = epoch_;
  }

  const TargetInfo& target() const noexcept override { return target_; }
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override {
    const double t = to_s(now() - epoch_);
    if (screen_.dead_at(t))
      throw DeviceError("the virtual display is closed, as its name asks (death=)",
                        "VIRTUAL_DEATH");
    if (screen_.lost_at(t))
      throw AccessLost("the virtual output is away, as its name asks (loss=)", "VIRTUAL_LOSS");
    return std::make_unique<VirtualSource>(target_, screen_, epoch_, options.pointer);
  }

 private:
  TargetInfo target_;
  Screen screen_;
  TimePoint epoch_ = now();
};

class VirtualBackend final : public Backend {
 public:
  VirtualBackend() noexcept : Backend(backend_name) {}

  bool automatic() const noexcept override { return false; }
  bool shows_own_stimulus() const noexcept override { return true; }
  Support probe(const Patience&) const override {
    return {true, "built in; shows stimuli, never chosen by auto"};
  }

  std::vector<TargetInfo> targets(TargetKind kind, const Patience&) const override {
    std::vector<TargetInfo> all;
    if (kind != TargetKind::output) return all;
    for (const std::string& stimulus : scene_names()) {
      all.push_back(describe(parse_screen(stimulus), static_cast<int>(all.size())));
      all.back().primary = stimulus == "mover";
    }
    return all;
  }
  std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const override {
    return std::make_unique<VirtualSession>(pick_target(
        *this, request, [](std::string_view name) { return describe(parse_screen(name), 0); }));
  }

  std::optional<std::vector<DeviceInfo>> devices(const Patience&) const override {
    DeviceInfo device;
    device.name = "virtual display";
    for (const TargetInfo& target : targets(TargetKind::output, {}))
      device.outputs.push_back(target.name);
    return std::vector{device};
  }
};

}  // namespace
}  // namespace virtual_display

const Backend& virtual_backend() noexcept;

const Backend& virtual_backend() noexcept {
  static const virtual_display::VirtualBackend backend;
  return backend;
}

}  // namespace rustcam
