// A clapperboard: the whole picture flashes at each whole second.
#pragma once

#include <cstdint>
#include <string_view>

#include "stimulus/scene.h"

namespace rustcam {

/// White for a tenth of a second from the first frame of each second on, else dark.
class Clap final : public Scene {
 public:
  Clap(Size size, SceneOptions options) : Scene(size, options), hz_(options.hz) {}
  std::string_view name() const noexcept override { return "clap"; }

 private:
  void paint(std::int64_t n, const Rect& r, const Canvas& canvas) const override;
  Region changed(std::int64_t from, std::int64_t to) const override;
  bool flashes(std::int64_t n) const noexcept;

  Rational hz_;
};

}  // namespace rustcam
