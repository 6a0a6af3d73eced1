// One window that moves over a still desktop: what recordings of real screens mostly are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stimulus/orbit.h"
#include "stimulus/scene.h"
#include "stimulus/wallpaper.h"

namespace rustcam {

/// The window is 400x240, smaller on screens smaller than 1920x1080.
class Mover final : public Scene {
 public:
  Mover(Size size, SceneOptions options);
  std::string_view name() const noexcept override { return "mover"; }
  /// Where the window is in frame `n`.
  Rect window_rect(std::int64_t n) const noexcept { return Rect::of(orbit_.at(n), window_size_); }

 private:
  void paint(std::int64_t n, const Rect& r, const Canvas& canvas) const override;
  Region changed(std::int64_t from, std::int64_t to) const override;

  Wallpaper wallpaper_;
  Size window_size_;
  std::vector<Bgra> window_;
  Orbit orbit_;
};

}  // namespace rustcam
