// One picture to a file or a pipe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/image_view.h"

namespace rustcam {

enum class StillFormat { png = 1, jpg, webp, qoi, bmp, ppm, raw };

std::optional<StillFormat> still_format_by_name(std::string_view name) noexcept;
/// By the file's ending (".png", ".jpeg", ...); nullopt if it tells nothing.
std::optional<StillFormat> still_format_by_ending(std::string_view path) noexcept;
std::string_view name(StillFormat format) noexcept;
/// Each format's own name.
std::vector<std::string> still_format_names();

struct StillOptions {
  StillFormat format = StillFormat::png;
  PixelFormat raw_format = PixelFormat::bgra;  ///< for raw
  std::optional<int> quality;                  ///< 1..100 for jpg and webp
  std::optional<int> compression;              ///< 0..9 for png
};

/// Encodes an opaque bgra picture in memory. Throws MediaError.
std::vector<std::uint8_t> encode_still(const ConstImageView& picture, const StillOptions& options);

}  // namespace rustcam
