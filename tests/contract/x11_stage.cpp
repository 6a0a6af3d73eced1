// Real X servers as a bed: Xvfb, and Xorg's dummy driver if outputs change.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "stage.h"
#include "x11_canvas.h"
#include "x11_painter.h"
#include "x11_server.h"

namespace rustcam::test {
namespace {

class X11Stage final : public Stage {
 public:
  explicit X11Stage(Scene scene)
      : scene_(scene),
        server_({.kind = changes_outputs(scene) ? XServerOptions::Kind::dummy
                                                : XServerOptions::Kind::xvfb,
                 .size = {320, 241},
                 .arguments = server_arguments()}),
        painter_(std::make_unique<Painter>()),
        source_(open_x11()) {}

  FrameSource& source() override { return *source_; }

  void stir() override {
    const auto pixel = static_cast<std::uint32_t>(++steps_ * 0x123457) & 0xffffffU;
    switch (scene_) {
      case Scene::moving:
        painter_->fill(Rect::of(Point{steps_ * 7 % 250, steps_ * 5 % 200}, {40, 30}), pixel);
        painter_->sync();
        break;
      case Scene::still_black:
        break;
      case Scene::negative_pointer:
        painter_->set_block_cursor({16, 16}, {8, 8});
        painter_->warp({2, 2});
        painter_->sync();
        break;
      case Scene::resizes:
        painter_->set_mode(0, {800, 600}, {0, 0});
        painter_->sync();
        break;
      case Scene::lost:
        painter_->switch_off(0);
        painter_->sync();
        break;
      case Scene::closed:
        painter_.reset();
        server_.kill();
        break;
    }
  }

 private:
  /// The suite may be run on servers without one of their extensions.
  static std::vector<std::string> server_arguments() {
    const char* missing = std::getenv("RUSTCAM_TEST_X_WITHOUT");
    return missing != nullptr ? std::vector<std::string>{"-extension", missing}
                              : std::vector<std::string>{};
  }
  static bool changes_outputs(Scene scene) {
    return scene == Scene::resizes || scene == Scene::lost;
  }

  Scene scene_;
  XServer server_;
  std::unique_ptr<Painter> painter_;
  std::unique_ptr<FrameSource> source_;
  std::int32_t steps_ = 0;
};

}  // namespace

const Limits& limits() {
  static const Limits none;
  return none;
}

std::unique_ptr<Stage> open_stage(Scene scene) {
  return std::make_unique<X11Stage>(scene);
}

}  // namespace rustcam::test
