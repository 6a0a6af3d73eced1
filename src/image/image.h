// A picture that owns its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "image/image_view.h"

namespace rustcam {

/// Rows are 64-byte aligned and padded for SIMD loads; contents start undefined unless `clear`ed.
class Image {
 public:
  Image() = default;
  /// Throws std::invalid_argument where a side is not in 1..65535, std::bad_alloc where memory is
  /// out.
  Image(PixelFormat format, Size size, YuvEncoding encoding = {});

  ImageView view() noexcept { return view_; }
  ConstImageView view() const noexcept { return as_const(view_); }
  Size size() const noexcept { return view_.size; }
  PixelFormat format() const noexcept { return view_.format; }
  bool empty() const noexcept { return view_.empty(); }

 private:
  struct Free {
    void operator()(std::uint8_t* p) const noexcept;
  };
  std::unique_ptr<std::uint8_t, Free> bytes_;
  ImageView view_;
};

}  // namespace rustcam
