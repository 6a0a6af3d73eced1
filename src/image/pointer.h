// The mouse pointer: what it looks like, where it is, and how it is laid over a picture.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/geometry.h"
#include "image/image_view.h"

namespace rustcam {

/// The kinds of Desktop Duplication (DXGI_OUTDUPL_POINTER_SHAPE_TYPE) and of XFixes.
enum class PointerKind {
  straight_alpha = 1,   ///< BGRA; colour * a + screen * (1 - a)           (DXGI "color")
  premultiplied_alpha,  ///< BGRA already multiplied; colour + screen * (1 - a)   (XFixes)
  masked_color,         ///< BGRA; alpha 0: replace by colour; alpha 255: screen XOR colour
  monochrome,           ///< 1 bit a pixel, AND mask above XOR mask, rows padded to `stride` bytes
};

/// `size` is what is seen: a monochrome shape's bitmap is twice as high.
struct PointerShape {
  PointerKind kind = PointerKind::straight_alpha;
  Size size;
  std::int32_t stride = 0;           ///< bytes from one row of `pixels` to the next
  std::vector<std::uint8_t> pixels;  ///< stride * size.height bytes (monochrome: * 2)

  friend bool operator==(const PointerShape&, const PointerShape&) = default;
};

/// Where the pointer is on the target. `top_left` is the shape's corner in upright target pixels
/// (not the hot spot) and may be negative. `embedded`: the system has already drawn it.
struct Pointer {
  Point top_left;
  bool visible = false;
  bool embedded = false;
  std::shared_ptr<const PointerShape> shape;  ///< never changed once shared; null if unknown

  bool drawable() const noexcept { return visible && !embedded && shape != nullptr; }
  /// What it covers, not clipped to any screen; empty if it is not drawable.
  Rect rect() const noexcept { return drawable() ? Rect::of(top_left, shape->size) : Rect{}; }
  friend bool operator==(const Pointer& a, const Pointer& b) {
    return a.drawable() == b.drawable() &&
           (!a.drawable() ||
            (a.top_left == b.top_left && (a.shape == b.shape || *a.shape == *b.shape)));
  }
};

/// Lays the pointer over `picture` (bgra), whose corner is at `origin` on the target; clipped at
/// all four edges. Alpha of `picture` stays 255. Throws std::invalid_argument if the shape's
/// bytes do not fill its size.
void blend_pointer(const Pointer& pointer, Point origin, const ImageView& picture);

}  // namespace rustcam
