#include "wayland_desktop.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "capture/registry.h"

namespace rustcam::test {

WaylandDesktop::WaylandDesktop(Offer offered, const OutputSettings& output)
    : compositor_({output}, offered),
      folder_("XDG_RUNTIME_DIR", compositor_.runtime_dir().c_str()),
      display_("WAYLAND_DISPLAY", compositor_.display().c_str()) {}

std::unique_ptr<FrameSource> WaylandDesktop::open(const SourceOptions& options) {
  return find_backend("wayland").choose({})->open(options);
}

std::string WaylandDesktop::complaints() {
  const auto alone = [](const CompositorReport& report) {
    return report.count("clients") == report.count("clients_left");
  };
  if (!compositor_.wait_for(alone, std::chrono::seconds(20))) return "a client does not leave\n";
  const CompositorReport report = compositor_.report();
  std::string all;
  for (const std::vector<std::string>* list : {&report.violations, &report.careless})
    for (const std::string& each : *list) all += each + "\n";
  return all;
}

}  // namespace rustcam::test
