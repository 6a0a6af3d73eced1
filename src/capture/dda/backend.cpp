// Desktop Duplication, as the registry knows it.
#include "capture/backend.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/dda/adapters.h"
#include "capture/dda/flip_presenter.h"
#include "capture/dda/source.h"
#include "capture/dda/windows_list.h"
#include "capture/salvage.h"

namespace rustcam {
namespace dda {
namespace {

/// Keeps the device of a lost source for the next one.
class DdaSession final : public CaptureSession {
 public:
  explicit DdaSession(TargetInfo target) : target_(std::move(target)) {}
  const TargetInfo& target() const noexcept override { return target_; }
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override {
    return std::make_unique<DdaSource>(target_, options, kept_.take());
  }
  void salvage(FrameSource& lost) override {
    if (const auto* own = dynamic_cast<const DdaSource*>(&lost)) kept_.put(own->salvageable());
  }

 private:
  TargetInfo target_;
  Salvage<Graphics> kept_;
};

/// DXGI Desktop Duplication (Windows 8 and later).
class DdaBackend final : public Backend {
 public:
  DdaBackend() noexcept : Backend(backend_name) {}

  Support probe(const Patience&) const override {
    try {
      if (!enumerate_outputs(*make_factory()).empty()) return {true, {}};
      return {false, "no monitor shows a desktop in this session; connect one, or log in to one"};
    } catch (const CaptureError& error) {
      return {false, error.what()};
    }
  }

  bool lists(TargetKind) const noexcept override { return true; }
  std::vector<TargetInfo> targets(TargetKind kind, const Patience&) const override {
    if (kind == TargetKind::window) return visible_windows();
    std::vector<TargetInfo> infos;
    for (Output& output : enumerate_outputs(*make_factory()))
      infos.push_back(std::move(output.info));
    return infos;
  }
  std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const override {
    return std::make_unique<DdaSession>(pick_target(*this, request));
  }

  std::optional<std::vector<DeviceInfo>> devices(const Patience&) const override {
    return enumerate_devices();
  }
  bool presents() const noexcept override { return true; }
  std::unique_ptr<Presenter> present(const PresenterOptions& options) const override {
    return open_presenter(options);
  }
};

}  // namespace
}  // namespace dda

const Backend& dda_backend() noexcept {
  static const dda::DdaBackend backend;
  return backend;
}

}  // namespace rustcam
