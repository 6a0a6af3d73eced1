#include "stimulus/canvas.h"

#include <cstddef>
#include <cstring>
#include <stdexcept>

namespace rustcam {

Canvas::Canvas(const ImageView& picture, Point origin)
    : picture_(picture), origin_(origin), bounds_(Rect::of(origin, picture.size)) {
  if (picture.format != PixelFormat::bgra)
    throw std::invalid_argument("a scene is drawn into bgra pictures only");
}

std::uint8_t* Canvas::at(std::int32_t x, std::int32_t y) const noexcept {
  return picture_.row(y - origin_.y) + std::ptrdiff_t{x - origin_.x} * 4;
}

void Canvas::fill(const Rect& r, Bgra colour) const noexcept {
  if (r.empty()) return;
  std::uint8_t* first = at(r.left, r.top);
  for (std::int64_t i = 0; i < r.width(); ++i) std::memcpy(first + i * 4, &colour, 4);
  for (std::int32_t y = r.top + 1; y < r.bottom; ++y)
    std::memcpy(at(r.left, y), first, static_cast<std::size_t>(r.width()) * 4);
}

void Canvas::copy_row(std::int32_t x, std::int32_t y, const Bgra* pixels,
                      std::int64_t count) const noexcept {
  std::memcpy(at(x, y), pixels, static_cast<std::size_t>(count) * 4);
}

}  // namespace rustcam
