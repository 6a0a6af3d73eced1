// PNG for screens: quick filters, and deflate in several threads.
#pragma once

#include <cstdint>
#include <vector>

#include "image/image_view.h"

namespace rustcam {

/// Encodes an rgb picture. `level`: 0..9 as zlib's; `threads`: at least 1. The bytes depend on
/// neither the machine nor its speed, only on the arguments. Throws MediaError.
std::vector<std::uint8_t> write_png(const ConstImageView& picture, int level, int threads);

}  // namespace rustcam
