#include "stimulus/wallpaper.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace rustcam {

namespace {

constexpr Size tile{768, 384};
constexpr std::int32_t glyph_width = 6;
constexpr std::int32_t line_height = 16;
constexpr std::int32_t margin = 12;

std::uint32_t mix(std::uint32_t x) noexcept {
  x = (x ^ (x >> 16)) * 0x7FEB352DU;
  x = (x ^ (x >> 15)) * 0x846CA68BU;
  return x ^ (x >> 16);
}

// Letters are random strokes on a 4x7 raster; every sixth place or so is a gap between words.
bool is_ink(std::int32_t x, std::int32_t y, std::uint32_t seed) noexcept {
  const auto column = static_cast<std::uint32_t>(x / glyph_width);
  const auto line = static_cast<std::uint32_t>(y / line_height);
  const std::int32_t gx = x % glyph_width;
  const std::int32_t gy = y % line_height - 4;
  if (gx >= 4 || gy < 0 || gy >= 7) return false;
  const std::uint32_t letter = mix(line * 4096 + column + seed);
  if (letter % 6 == 0) return false;
  return (letter >> (gx + 4 * (gy / 2)) & 1U) != 0 || (gx == 0 && letter % 3 == 0);
}

Bgra shade(Bgra colour, std::int32_t y, std::int32_t height) noexcept {
  const auto dim = static_cast<std::uint32_t>(24 * y / height);
  const auto less = [dim](std::uint32_t v) { return v > dim ? v - dim : 0U; };
  return bgra(less(colour >> 16 & 0xFFU), less(colour >> 8 & 0xFFU), less(colour & 0xFFU));
}

}  // namespace

std::vector<Bgra> make_page(Size size, Bgra paper, Bgra ink, std::uint32_t seed) {
  std::vector<Bgra> page;
  page.reserve(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      const bool inside =
          x >= margin && x < size.width - margin && y >= margin && y < size.height - margin;
      page.push_back(inside && is_ink(x - margin, y - margin, seed) ? ink
                                                                    : shade(paper, y, size.height));
    }
  return page;
}

Wallpaper::Wallpaper() : tile_(make_page(tile, bgra(58, 78, 104), bgra(206, 214, 224), 1)) {}

void Wallpaper::paint(const Rect& r, const Canvas& canvas) const noexcept {
  for (std::int32_t y = r.top; y < r.bottom; ++y) {
    const Bgra* row = tile_.data() + std::ptrdiff_t{y % tile.height} * tile.width;
    for (std::int32_t x = r.left; x < r.right;) {
      const std::int32_t from = x % tile.width;
      const std::int32_t count = std::min(r.right - x, tile.width - from);
      canvas.copy_row(x, y, row + from, count);
      x += count;
    }
  }
}

}  // namespace rustcam
