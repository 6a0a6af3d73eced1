// A full-screen gradient that scrolls diagonally: every pixel changes in every frame.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stimulus/canvas.h"
#include "stimulus/scene.h"

namespace rustcam {

class Gradient final : public Scene {
 public:
  Gradient(Size size, SceneOptions options);
  std::string_view name() const noexcept override { return "gradient"; }

 private:
  void paint(std::int64_t n, const Rect& r, const Canvas& canvas) const override;
  Region changed(std::int64_t from, std::int64_t to) const override;

  std::vector<Bgra> ramp_;  ///< one period and a row more, so that any row is one copy
};

}  // namespace rustcam
