// JPEG and WebP, by FFmpeg's encoders.
#pragma once

#include <cstdint>
#include <vector>

#include "image/image_view.h"

namespace rustcam {

/// Full-range BT.601 as readers of JPEG assume, 4:4:4 from quality 90 on and 4:2:0 below, as thin
/// coloured text needs. `picture` is bgra. Throws MediaError.
std::vector<std::uint8_t> write_jpeg(const ConstImageView& picture, int quality);
/// Limited BT.601 4:2:0; exact at quality 100. `picture` is bgra. Throws MediaError.
std::vector<std::uint8_t> write_webp(const ConstImageView& picture, int quality);

}  // namespace rustcam
