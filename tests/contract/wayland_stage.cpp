// The test compositor as a bed. RUSTCAM_TEST_WAYLAND is wlr or ext: by which protocol outputs are
// captured.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stage.h"
#include "wayland_desktop.h"

namespace rustcam::test {
namespace {

const char* const output = "TEST-1";
constexpr bool by_ext = std::string_view(RUSTCAM_TEST_WAYLAND) == "ext";

OutputSettings settings(Size mode) {
  OutputSettings settings;
  settings.mode = mode;
  settings.refresh = 250000;
  return settings;
}

class WaylandStage final : public Stage {
 public:
  explicit WaylandStage(Scene scene)
      : scene_(scene),
        desktop_({.wlr = !by_ext, .ext = by_ext}, settings({320, 241})),
        source_(desktop_.open()) {}
  ~WaylandStage() override {
    source_.reset();
    CHECK(desktop_.complaints() == "");
  }

  FrameSource& source() override { return *source_; }

  void stir() override {
    Compositor& compositor = desktop_.compositor();
    const auto pixel = static_cast<std::uint32_t>(++steps_ * 0x123457) & 0xffffffU;
    switch (scene_) {
      case Scene::moving:
        compositor.paint(output, Rect::of(Point{steps_ * 7 % 250, steps_ * 5 % 200}, {40, 30}),
                         pixel);
        break;
      case Scene::still_black:
        break;
      case Scene::negative_pointer:
        compositor.set_pointer_image({.size = {16, 16},
                                      .pixels = std::vector<std::uint32_t>(256, 0xFFFF0000),
                                      .hot_spot = {8, 8}});
        compositor.move_pointer(output, {2, 2});
        break;
      case Scene::resizes:
        compositor.change_output(settings({400, 300}));
        break;
      case Scene::lost:
        compositor.remove_output(output);
        break;
      case Scene::closed:
        compositor.stop();
        break;
    }
  }

 private:
  Scene scene_;
  WaylandDesktop desktop_;
  std::unique_ptr<FrameSource> source_;
  std::int32_t steps_ = 0;
};

}  // namespace

const Limits& limits() {
  static const Limits limits{
      .cannot_show = by_ext ? std::vector<Scene>{} : std::vector<Scene>{Scene::negative_pointer},
      .reads_nothing_in_place = true};
  return limits;
}

std::unique_ptr<Stage> open_stage(Scene scene) {
  if (!by_ext && scene == Scene::negative_pointer) return nullptr;
  return std::make_unique<WaylandStage>(scene);
}

}  // namespace rustcam::test
