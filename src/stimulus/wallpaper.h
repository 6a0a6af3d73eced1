// A still desktop with the kind of detail that real ones have: edges, shades and lines of text.
#pragma once

#include <cstdint>
#include <vector>

#include "base/geometry.h"
#include "stimulus/canvas.h"

namespace rustcam {

/// A page of made-up text on shaded paper, as large as asked for.
std::vector<Bgra> make_page(Size size, Bgra paper, Bgra ink, std::uint32_t seed);

/// Endless in both directions: one tile repeated, so that its memory does not grow with the screen.
class Wallpaper {
 public:
  Wallpaper();
  void paint(const Rect& r, const Canvas& canvas) const noexcept;

 private:
  std::vector<Bgra> tile_;
};

}  // namespace rustcam
