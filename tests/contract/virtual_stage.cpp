// The built-in virtual display as a bed.
#include <memory>

#include "base/error.h"
#include "capture/backend.h"
#include "stage.h"

namespace rustcam {
const Backend& virtual_backend() noexcept;
}

namespace rustcam::test {
namespace {

class VirtualStage final : public Stage {
 public:
  explicit VirtualStage(const char* name) : source_(open(name)) {}
  FrameSource& source() override { return *source_; }

 private:
  static std::unique_ptr<FrameSource> open(const char* name) {
    TargetRequest request;
    request.output = name;
    return virtual_backend().choose(request)->open({});
  }

  std::unique_ptr<FrameSource> source_;
};

const char* name_of(Scene scene) {
  switch (scene) {
    case Scene::moving:
      return "mover@320x241@120";
    case Scene::still_black:
      return "static@320x241@60,black=1000000,stall=0+1000";
    case Scene::negative_pointer:
      return "static@320x241@60,pointer=premultiplied,pointer_at=-5:-3";
    case Scene::resizes:
      return "mover@320x241@60,resize=0.3:200x100";
    case Scene::lost:
      return "mover@320x241@60,loss=0.3+60";
    case Scene::closed:
      return "mover@320x241@60,death=0.3";
  }
  return "";
}

}  // namespace

const Limits& limits() {
  static const Limits limits{.reads_nothing_in_place = true};
  return limits;
}

std::unique_ptr<Stage> open_stage(Scene scene) {
  return std::make_unique<VirtualStage>(name_of(scene));
}

}  // namespace rustcam::test
