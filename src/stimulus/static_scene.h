// A desktop on which nothing ever happens.
#pragma once

#include <cstdint>
#include <string_view>

#include "stimulus/scene.h"
#include "stimulus/wallpaper.h"

namespace rustcam {

/// Every frame is frame 0, its barcode too.
class StaticScene final : public Scene {
 public:
  StaticScene(Size size, SceneOptions options) : Scene(size, options) {}
  std::string_view name() const noexcept override { return "static"; }

 private:
  void paint(std::int64_t, const Rect& r, const Canvas& canvas) const override {
    wallpaper_.paint(r, canvas);
  }
  Region changed(std::int64_t, std::int64_t) const override { return {}; }
  std::int64_t barcode_number(std::int64_t) const noexcept override { return 0; }

  Wallpaper wallpaper_;
};

}  // namespace rustcam
