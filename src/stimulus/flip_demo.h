// The whole screen in one colour, another one each frame.
#pragma once

#include <cstdint>
#include <string_view>

#include "stimulus/scene.h"

namespace rustcam {

/// No colour comes twice within 2^24 frames, and neighbours differ clearly.
class FlipDemo final : public Scene {
 public:
  FlipDemo(Size size, SceneOptions options) : Scene(size, options) {}
  std::string_view name() const noexcept override { return "flip_demo"; }

 private:
  void paint(std::int64_t n, const Rect& r, const Canvas& canvas) const override;
  Region changed(std::int64_t from, std::int64_t to) const override;
};

}  // namespace rustcam
