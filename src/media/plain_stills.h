// Picture formats without compression, or next to none, written by hand.
#pragma once

#include <cstdint>
#include <vector>

#include "image/image_view.h"

namespace rustcam {

/// A packed picture's rows without gaps.
std::vector<std::uint8_t> write_raw(const ConstImageView& picture);
/// Of an rgb picture.
std::vector<std::uint8_t> write_ppm(const ConstImageView& picture);
/// Of a bgr picture: 24 bits a pixel, bottom up.
std::vector<std::uint8_t> write_bmp(const ConstImageView& picture);
/// Of an rgb picture (qoiformat.org): three channels, sRGB.
std::vector<std::uint8_t> write_qoi(const ConstImageView& picture);

}  // namespace rustcam
