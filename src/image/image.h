// A picture that owns its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "image/image_view.h"

namespace rustcam {

/// Rows begin at multiples of 64 bytes if the picture makes its own memory; contents start
/// undefined. Can be moved, not copied; a moved one is empty.
class Image {
 public:
  Image() = default;
  /// Throws std::invalid_argument if a side is not in 1..65535, std::bad_alloc if memory is
  /// out.
  Image(PixelFormat format, Size size, YuvEncoding encoding = {});
  /// A bgra picture without gaps between its rows, in memory that was made elsewhere and that the
  /// picture keeps alive. Throws std::invalid_argument as above.
  Image(std::shared_ptr<std::uint8_t> memory, Size size);

  Image(Image&& other) noexcept;
  Image& operator=(Image&& other) noexcept;

  ImageView view() noexcept { return view_; }
  ConstImageView view() const noexcept { return as_const(view_); }
  Size size() const noexcept { return view_.size; }
  PixelFormat format() const noexcept { return view_.format; }
  bool empty() const noexcept { return view_.empty(); }

 private:
  std::shared_ptr<std::uint8_t> bytes_;
  ImageView view_;
};

}  // namespace rustcam
