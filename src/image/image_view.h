// A picture that someone else owns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/geometry.h"
#include "image/pixel_format.h"

namespace rustcam {

/// Rows of samples; `stride` is in bytes and may exceed the row (and may be negative: bottom up).
template <typename Byte>
struct Plane {
  Byte* data = nullptr;
  std::ptrdiff_t stride = 0;
  Byte* row(std::int32_t y) const noexcept { return data + y * stride; }
};

template <typename Byte>
struct BasicImageView {
  PixelFormat format = PixelFormat::bgra;
  Size size;
  std::array<Plane<Byte>, max_planes> planes{};
  YuvEncoding encoding{};  ///< means something for YUV formats only

  std::int32_t width() const noexcept { return size.width; }
  std::int32_t height() const noexcept { return size.height; }
  bool empty() const noexcept {
    return planes[0].data == nullptr || size.width <= 0 || size.height <= 0;
  }
  Byte* row(std::int32_t y) const noexcept { return planes[0].row(y); }
};

using ImageView = BasicImageView<std::uint8_t>;
using ConstImageView = BasicImageView<const std::uint8_t>;

inline ConstImageView as_const(const ImageView& v) noexcept {
  ConstImageView c;
  c.format = v.format;
  c.size = v.size;
  c.encoding = v.encoding;
  for (std::size_t i = 0; i < v.planes.size(); ++i)
    c.planes[i] = {v.planes[i].data, v.planes[i].stride};
  return c;
}

/// The part of a packed (one-plane) picture inside `r`, which must lie inside it.
template <typename Byte>
BasicImageView<Byte> crop(const BasicImageView<Byte>& v, const Rect& r) noexcept {
  BasicImageView<Byte> c = v;
  c.size = r.size();
  c.planes[0].data = v.planes[0].data + r.top * v.planes[0].stride +
                     std::ptrdiff_t{r.left} * bytes_per_sample(v.format, 0);
  return c;
}

}  // namespace rustcam
