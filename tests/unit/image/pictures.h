// Random pictures with guarded rows, shared by the image tests.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "base/region.h"
#include "image/image.h"

namespace rustcam::test {

using Rng = std::mt19937;

inline int between(Rng& rng, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(rng);
}

inline void fill_random(const ImageView& v, Rng& rng) {
  for (int p = 0; p < plane_count(v.format); ++p) {
    const Size s = plane_size(v.format, p, v.size);
    const auto& plane = v.planes[static_cast<std::size_t>(p)];
    for (std::int32_t y = 0; y < s.height; ++y)
      for (std::int32_t x = 0; x < s.width * bytes_per_sample(v.format, p); ++x)
        plane.row(y)[x] = static_cast<std::uint8_t>(rng());
  }
}

/// Half noise, half the corners of the colour cube, where rounding and clamping show.
inline Image random_bgra(Size size, Rng& rng) {
  Image image(PixelFormat::bgra, size);
  fill_random(image.view(), rng);
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width * 4; ++x)
      if (between(rng, 0, 3) == 0) image.view().row(y)[x] = between(rng, 0, 1) == 0 ? 0 : 255;
  return image;
}

inline Rect random_rect(Rng& rng, Size inside) {
  const int l = between(rng, 0, inside.width - 1);
  const int t = between(rng, 0, inside.height - 1);
  return {l, t, between(rng, l + 1, inside.width), between(rng, t + 1, inside.height)};
}

/// A picture whose planes have odd strides, no alignment, and bytes around each row that no one may
/// touch; the second half of them bottom up.
class GuardedPicture {
 public:
  GuardedPicture(PixelFormat format, Size size, YuvEncoding encoding, bool bottom_up) {
    view.format = format;
    view.size = size;
    view.encoding = encoding;
    for (int p = 0; p < plane_count(format); ++p) {
      const Size s = plane_size(format, p, size);
      const std::ptrdiff_t row = std::ptrdiff_t{s.width} * bytes_per_sample(format, p);
      const std::ptrdiff_t stride = row + guard;
      auto& bytes = planes_.emplace_back(static_cast<std::size_t>(stride * s.height + guard), fill);
      auto& plane = view.planes[static_cast<std::size_t>(p)];
      plane.data = bytes.data() + guard;
      plane.stride = stride;
      if (bottom_up) {
        plane.data += stride * (s.height - 1);
        plane.stride = -stride;
      }
    }
  }
  GuardedPicture(const GuardedPicture&) = delete;
  GuardedPicture& operator=(const GuardedPicture&) = delete;

  bool guards_intact() const {
    for (int p = 0; p < plane_count(view.format); ++p) {
      const auto& bytes = planes_[static_cast<std::size_t>(p)];
      const Size s = plane_size(view.format, p, view.size);
      const std::ptrdiff_t stride = s.width * bytes_per_sample(view.format, p) + guard;
      for (std::size_t i = 0; i < bytes.size(); ++i)
        if (static_cast<std::ptrdiff_t>(i) % stride < guard && bytes[i] != fill) return false;
    }
    return true;
  }

  static constexpr std::uint8_t fill = 0xA7;
  ImageView view;

 private:
  static constexpr std::ptrdiff_t guard = 37;
  std::vector<std::vector<std::uint8_t>> planes_;
};

}  // namespace rustcam::test
