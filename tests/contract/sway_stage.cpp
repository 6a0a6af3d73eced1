// sway without a screen as a bed: a real Wayland compositor that has wlr-screencopy.
#include <cstdint>
#include <memory>

#include "capture/backend.h"
#include "stage.h"
#include "sway_server.h"
#include "wayland_painter.h"

namespace rustcam {
const Backend& wayland_backend() noexcept;
}

namespace rustcam::test {
namespace {

constexpr Size screen{320, 241};

class SwayStage final : public Stage {
 public:
  explicit SwayStage(Scene scene)
      : scene_(scene),
        sway_(screen),
        painter_(std::make_unique<WaylandPainter>(sway_.socket(), screen)),
        source_(open()) {}

  FrameSource& source() override { return *source_; }

  void stir() override {
    const auto color = static_cast<std::uint32_t>(++steps_ * 0x123457) & 0xffffffU;
    switch (scene_) {
      case Scene::moving:
        painter_->fill(Rect::of(Point{steps_ * 7 % 250, steps_ * 5 % 200}, {40, 30}), color);
        break;
      case Scene::still_black:
      case Scene::negative_pointer:
        break;
      case Scene::resizes:
        sway_.command("output HEADLESS-1 mode --custom 800x600@120Hz");
        break;
      case Scene::lost:
        sway_.command("output HEADLESS-1 disable");
        break;
      case Scene::closed:
        sway_.kill();
        break;
    }
  }

 private:
  static std::unique_ptr<FrameSource> open() {
    TargetRequest request;
    request.identity = wayland_backend().targets(TargetKind::output).at(0).identity;
    return wayland_backend().choose(request)->open({});
  }

  Scene scene_;
  SwayServer sway_;
  std::unique_ptr<WaylandPainter> painter_;
  std::unique_ptr<FrameSource> source_;
  std::int32_t steps_ = 0;
};

}  // namespace

const Limits& limits() {
  // wlr-screencopy has no pointer of its own: the compositor draws it into the picture.
  static const Limits limits{.cannot_show = {Scene::negative_pointer},
                             .reads_nothing_in_place = true};
  return limits;
}

std::unique_ptr<Stage> open_stage(Scene scene) {
  if (scene == Scene::negative_pointer) return nullptr;
  return std::make_unique<SwayStage>(scene);
}

}  // namespace rustcam::test
