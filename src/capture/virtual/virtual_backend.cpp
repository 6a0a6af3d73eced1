// The built-in display: never chosen by itself, always there.
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/backend.h"
#include "capture/virtual/virtual_screen.h"
#include "capture/virtual/virtual_source.h"

namespace rustcam {
namespace {

using virtual_display::parse_screen;
using virtual_display::Screen;
using virtual_display::VirtualSource;

// A target is opened again after a loss, and its times must go on then: the identity carries the
// instant from which they count.
constexpr std::string_view epoch_mark = ";epoch=";

TargetInfo describe(const Screen& screen, int index) {
  TargetInfo target;
  target.index = index;
  target.name = screen.name;
  target.description = "virtual display";
  target.identity =
      screen.name + std::string(epoch_mark) + std::to_string(now().time_since_epoch().count());
  target.backend = "virtual";
  target.desktop = Rect::of(screen.size);
  target.refresh_hz = screen.hz.value();
  target.native_format = "bgra8";
  target.hdr = false;
  return target;
}

Support probe() {
  return {true, "built in; shows stimuli, never chosen by auto"};
}

std::vector<TargetInfo> targets() {
  std::vector<TargetInfo> all;
  int index = 0;
  for (const std::string& stimulus : scene_names()) {
    TargetInfo target = describe(parse_screen(stimulus), index++);
    target.primary = stimulus == "mover";
    all.push_back(std::move(target));
  }
  return all;
}

TargetInfo resolve(std::string_view name) {
  return describe(parse_screen(name), 0);
}

TimePoint epoch_of(const TargetInfo& target) {
  const auto mark = target.identity.rfind(epoch_mark);
  std::int64_t ns = 0;
  if (mark != std::string::npos) {
    const char* text = target.identity.data() + mark + epoch_mark.size();
    std::from_chars(text, target.identity.data() + target.identity.size(), ns);
  }
  return ns > 0 ? TimePoint(Duration(ns)) : now();
}

std::unique_ptr<FrameSource> open(const TargetInfo& target, const SourceOptions& options) {
  Screen screen = parse_screen(target.name);
  const TimePoint epoch = epoch_of(target);
  const double t = to_s(now() - epoch);
  if (screen.dead_at(t))
    throw DeviceError("the virtual display is closed, as its name asks (death=)", "VIRTUAL_DEATH");
  if (screen.lost_at(t))
    throw AccessLost("the virtual output is away, as its name asks (loss=)", "VIRTUAL_LOSS");
  return std::make_unique<VirtualSource>(target, std::move(screen), epoch, options.pointer);
}

std::vector<DeviceInfo> devices() {
  DeviceInfo device;
  device.name = "virtual display";
  for (const TargetInfo& target : targets()) device.outputs.push_back(target.name);
  return {device};
}

}  // namespace

const Backend& virtual_backend() noexcept;

const Backend& virtual_backend() noexcept {
  static const Backend backend{.name = "virtual",
                               .description = "built-in display that shows a stimulus",
                               .automatic = false,
                               .probe = &probe,
                               .targets = &targets,
                               .resolve = &resolve,
                               .open = &open,
                               .windows = nullptr,
                               .devices = &devices,
                               .present = nullptr};
  return backend;
}

}  // namespace rustcam
