// A bgra or gray picture for tests, with every pixel within easy reach.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/image_view.h"

namespace rustcam::test {

class Picture {
 public:
  explicit Picture(Size size, PixelFormat format = PixelFormat::bgra, std::uint8_t fill = 0)
      : format_(format),
        size_(size),
        bytes_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) *
                   static_cast<std::size_t>(pixel_bytes()),
               fill) {}

  Size size() const noexcept { return size_; }
  int pixel_bytes() const noexcept { return format_ == PixelFormat::gray ? 1 : 4; }
  ImageView view() noexcept {
    ImageView v;
    v.format = format_;
    v.size = size_;
    v.planes[0] = {bytes_.data(), std::ptrdiff_t{size_.width} * pixel_bytes()};
    return v;
  }
  ConstImageView view() const noexcept { return as_const(const_cast<Picture*>(this)->view()); }
  std::vector<std::uint8_t>& bytes() noexcept { return bytes_; }
  const std::vector<std::uint8_t>& bytes() const noexcept { return bytes_; }
  std::uint8_t* at(std::int32_t x, std::int32_t y) noexcept {
    return view().row(y) + std::ptrdiff_t{x} * pixel_bytes();
  }
  const std::uint8_t* at(std::int32_t x, std::int32_t y) const noexcept {
    return view().row(y) + std::ptrdiff_t{x} * pixel_bytes();
  }
  /// A bgra pixel as 0xAARRGGBB.
  std::uint32_t pixel(std::int32_t x, std::int32_t y) const noexcept {
    const std::uint8_t* p = at(x, y);
    return std::uint32_t{p[3]} << 24 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[1]} << 8 | p[0];
  }
  friend bool operator==(const Picture& a, const Picture& b) {
    return a.size_ == b.size_ && a.bytes_ == b.bytes_;
  }

 private:
  PixelFormat format_;
  Size size_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace rustcam::test
