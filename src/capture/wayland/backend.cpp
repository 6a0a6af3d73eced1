#include "capture/backend.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/wayland/connection.h"
#include "capture/wayland/outputs.h"
#include "capture/wayland/presenter.h"
#include "capture/wayland/source.h"

namespace rustcam {
namespace wayland {
namespace {

class WaylandSession final : public CaptureSession {
 public:
  WaylandSession(std::shared_ptr<void> kept, TargetInfo target)
      : kept_(std::move(kept)), target_(std::move(target)) {}
  const TargetInfo& target() const noexcept override { return target_; }
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override {
    return open_source(target_, options);
  }

 private:
  std::shared_ptr<void> kept_;
  TargetInfo target_;
};

/// Wayland compositors that let any program copy their outputs.
class WaylandBackend final : public Backend {
 public:
  WaylandBackend() noexcept : Backend(backend_name) {}

  Support probe(const Patience& patience) const override {
    try {
      const ConnectionLease connection(patience);
      std::string why_not = not_capturable(*connection);
      const bool available = why_not.empty();
      return {available, available ? protocol_in_use(*connection) : std::move(why_not)};
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& e) {
      return {false, e.what()};
    }
  }

  std::shared_ptr<void> keep_open() const override { return std::make_shared<ConnectionKeeper>(); }

  std::vector<TargetInfo> targets(TargetKind kind, const Patience& patience) const override {
    if (!lists(kind)) return {};
    const ConnectionLease connection(patience);
    std::vector<TargetInfo> targets = Outputs(*connection).targets();
    for (TargetInfo& target : targets) target.pointer_embedded = pointer_embedded(*connection);
    return targets;
  }
  std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const override {
    auto kept = keep_open();
    TargetInfo target = pick_target(*this, request);
    return std::make_unique<WaylandSession>(std::move(kept), std::move(target));
  }

  bool presents() const noexcept override { return true; }
  /// A window needs no protocol to capture by.
  Support can_present(const Patience& patience) const override {
    try {
      const ConnectionLease connection(patience);
      return {true, {}};
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& e) {
      return {false, e.what()};
    }
  }
  std::unique_ptr<Presenter> present(const PresenterOptions& options) const override {
    return open_presenter(options);
  }
};

}  // namespace
}  // namespace wayland

const Backend& wayland_backend() noexcept {
  static const wayland::WaylandBackend backend;
  return backend;
}

}  // namespace rustcam
