// A drawing of boxes, lines and words, and the forms in which it can be written.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "image/image.h"

namespace rustcam::cli {

/// 0xRRGGBB.
using Color = std::uint32_t;

/// Coordinates grow right and down from the drawing's top left corner.
struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  Color color = 0;
};

/// Upright or level.
struct Line {
  double x1 = 0;
  double y1 = 0;
  double x2 = 0;
  double y2 = 0;
  Color color = 0;
  bool dashed = false;
};

enum class Anchor { start = 1, middle, end };

struct Label {
  double x = 0;
  double baseline = 0;
  std::string text;  ///< UTF-8
  double size = 12;  ///< of the type
  Color color = 0;
  Anchor anchor = Anchor::start;
  bool bold = false;
};

struct Drawing {
  double width = 0;
  double height = 0;
  std::string title;  ///< for those who cannot see it
  std::vector<std::variant<Box, Line, Label>> shapes;
};

/// One <svg> element, which takes the width that it is given.
std::string to_svg(const Drawing& drawing);
/// White paper, two pixels for each unit. Throws std::invalid_argument if a side would be over
/// 65535 pixels.
Image to_image(const Drawing& drawing);

/// What HTML and SVG could take for markup is escaped.
std::string escaped(const std::string& text);

}  // namespace rustcam::cli
