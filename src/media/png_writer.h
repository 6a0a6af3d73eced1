// PNG for screens: quick filters, and deflate in several threads.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/image_view.h"

namespace rustcam {

/// Encodes an rgb picture. `level`: 0..9 as zlib's, nullopt for a search measured on screens (long
/// matches, short chains); `threads`: at least 1. The bytes do not depend on the number of threads.
/// Throws MediaError.
std::vector<std::uint8_t> write_png(const ConstImageView& picture, std::optional<int> level,
                                    int threads);

}  // namespace rustcam
