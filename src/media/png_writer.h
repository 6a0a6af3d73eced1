// PNG for screens: quick filters, and deflate in several threads.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/image_view.h"

namespace rustcam {

/// Encodes a bgra picture as opaque rgb. `level`: 0..9 is zlib's, nullopt a deflate made for
/// screens (pixel_matches.h), quicker and mostly smaller; `threads`: at least 1. The bytes do not
/// depend on the number of threads. Throws MediaError.
std::vector<std::uint8_t> write_png(const ConstImageView& picture, std::optional<int> level,
                                    int threads);

}  // namespace rustcam
