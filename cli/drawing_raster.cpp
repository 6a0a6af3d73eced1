#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "base/utf8.h"
#include "cli/bitmap_font.h"
#include "cli/drawing.h"

namespace rustcam::cli {

namespace {

constexpr double scale = 2;

std::int32_t pixels(double units) {
  return static_cast<std::int32_t>(std::lround(units * scale));
}

class Paper {
 public:
  explicit Paper(Image& image) : view_(image.view()) { fill(Rect::of(view_.size), 0xFFFFFF); }

  void draw(const Box& b) {
    fill({pixels(b.x), pixels(b.y), pixels(b.x + b.width), pixels(b.y + b.height)}, b.color);
  }

  void draw(const Line& l) {
    constexpr std::int32_t dash = 8;
    constexpr std::int32_t gap = 6;
    const Rect whole{pixels(std::min(l.x1, l.x2)), pixels(std::min(l.y1, l.y2)),
                     pixels(std::max(l.x1, l.x2)) + 2, pixels(std::max(l.y1, l.y2)) + 2};
    if (!l.dashed) return fill(whole, l.color);
    if (whole.width() > whole.height())
      for (std::int32_t x = whole.left; x < whole.right; x += dash + gap)
        fill(intersect(whole, {x, whole.top, x + dash, whole.bottom}), l.color);
    else
      for (std::int32_t y = whole.top; y < whole.bottom; y += dash + gap)
        fill(intersect(whole, {whole.left, y, whole.right, y + dash}), l.color);
  }

  void draw(const Label& l) {
    const std::u32string text = utf8_decode(l.text);
    // A capital is about 0.72 of the type's size.
    const auto dot = std::max<std::int32_t>(
        1, static_cast<std::int32_t>(std::lround(l.size * 0.72 * scale / glyph_height)));
    const auto length = static_cast<std::int32_t>(text.size()) * glyph_advance * dot;
    std::int32_t x = pixels(l.x);
    if (l.anchor == Anchor::middle) x -= length / 2;
    if (l.anchor == Anchor::end) x -= length;
    const std::int32_t top = pixels(l.baseline) - glyph_height * dot;
    for (const char32_t character : text) {
      stamp(glyph(character), {x, top}, dot, l);
      x += glyph_advance * dot;
    }
  }

 private:
  void stamp(const Glyph& shape, Point at, std::int32_t dot, const Label& l) {
    for (int row = 0; row < glyph_rows; ++row)
      for (int column = 0; column < glyph_width; ++column) {
        if ((shape[static_cast<std::size_t>(row)] >> (glyph_width - 1 - column) & 1) == 0) continue;
        const std::int32_t x = at.x + column * dot;
        const std::int32_t y = at.y + row * dot;
        fill({x, y, x + dot + (l.bold ? 1 : 0), y + dot}, l.color);
      }
  }

  void fill(const Rect& area, Color color) {
    const Rect r = intersect(area, Rect::of(view_.size));
    for (std::int32_t y = r.top; y < r.bottom; ++y) {
      std::uint8_t* p = view_.row(y) + std::ptrdiff_t{r.left} * 4;
      for (std::int32_t x = r.left; x < r.right; ++x, p += 4) {
        p[0] = static_cast<std::uint8_t>(color);
        p[1] = static_cast<std::uint8_t>(color >> 8);
        p[2] = static_cast<std::uint8_t>(color >> 16);
        p[3] = 255;
      }
    }
  }

  ImageView view_;
};

}  // namespace

Image to_image(const Drawing& drawing) {
  Image image(PixelFormat::bgra, {pixels(drawing.width), pixels(drawing.height)});
  Paper paper(image);
  for (const auto& shape : drawing.shapes)
    std::visit([&paper](const auto& each) { paper.draw(each); }, shape);
  return image;
}

}  // namespace rustcam::cli
