// A made-up desktop with a portal as a bed. RUSTCAM_TEST_PORTAL: whose ways it has.
#include <memory>
#include <vector>

#include "portal_desktop.h"
#include "stage.h"

namespace rustcam::test {
namespace {

class PortalStage final : public Stage {
 public:
  explicit PortalStage(Scene scene)
      : scene_(scene), desktop_(RUSTCAM_TEST_PORTAL, {"--size", "320x240", "--still"}) {
    if (scene == Scene::still_black) desktop_.order("black");
    source_ = desktop_.open();
  }
  ~PortalStage() override { source_.reset(); }

  FrameSource& source() override { return *source_; }

  void stir() override {
    switch (scene_) {
      case Scene::moving:
        desktop_.order("step");
        break;
      case Scene::still_black:
        break;
      case Scene::negative_pointer:
        desktop_.order("pointer 2 2");
        break;
      case Scene::resizes:
        desktop_.order("size 400x300");
        break;
      case Scene::lost:
        desktop_.order("close");
        break;
      case Scene::closed:
        desktop_.end_pipewire();
        break;
    }
  }

 private:
  Scene scene_;
  PortalDesktop desktop_;
  std::unique_ptr<FrameSource> source_;
};

}  // namespace

const Limits& limits() {
  static const Limits limits{.reads_nothing_in_place = true};
  return limits;
}

std::unique_ptr<Stage> open_stage(Scene scene) {
  return std::make_unique<PortalStage>(scene);
}

}  // namespace rustcam::test
