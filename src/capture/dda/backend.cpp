// Desktop Duplication's entry in the list of back ends.
#include "capture/backend.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/dda/adapters.h"
#include "capture/dda/flip_presenter.h"
#include "capture/dda/source.h"
#include "capture/dda/windows_list.h"

namespace rustcam {

namespace {

Support probe() {
  try {
    if (!dda::enumerate_outputs(*dda::make_factory()).empty()) return {true, {}};
    return {false, "no monitor shows a desktop in this session; connect one, or log in to one"};
  } catch (const CaptureError& error) {
    return {false, error.what()};
  }
}

std::vector<TargetInfo> targets() {
  std::vector<TargetInfo> infos;
  for (dda::Output& output : dda::enumerate_outputs(*dda::make_factory()))
    infos.push_back(std::move(output.info));
  return infos;
}

std::unique_ptr<FrameSource> open(const TargetInfo& target, const SourceOptions& options) {
  return std::make_unique<dda::DdaSource>(target, options);
}

}  // namespace

const Backend& dda_backend() noexcept {
  static constexpr Backend backend{
      .name = "dda",
      .description = "DXGI Desktop Duplication (Windows 8 and later)",
      .automatic = true,
      .probe = probe,
      .targets = targets,
      .resolve = nullptr,
      .open = open,
      .windows = dda::visible_windows,
      .devices = dda::enumerate_devices,
      .present = dda::open_presenter,
  };
  return backend;
}

}  // namespace rustcam
