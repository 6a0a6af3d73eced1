// What the bytes of a picture mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/geometry.h"

namespace rustcam {

/// Packed formats name their bytes in memory order, as FFmpeg and OpenCV do. bgra is what every
/// back end delivers first. x2rgb10 and rgba16f are inputs only, settled inside the back ends.
enum class PixelFormat { bgra = 1, bgr, rgba, rgb, gray, nv12, yuv420p, yuv444p };

/// Which codes black and white have in YUV: 16..235 (limited) or 0..255 (full). RGB is always full.
enum class ColorRange { limited = 1, full };

/// Which coefficients turn RGB into YUV. Video is bt709; JPEG and lossy WebP are bt601.
enum class ColorMatrix { bt709 = 1, bt601 };

struct YuvEncoding {
  ColorMatrix matrix = ColorMatrix::bt709;
  ColorRange range = ColorRange::limited;
  friend bool operator==(const YuvEncoding&, const YuvEncoding&) = default;
};

constexpr int max_planes = 3;

int plane_count(PixelFormat format) noexcept;
/// Width and height of plane `plane` in samples of that plane; 4:2:0 chroma is rounded up.
Size plane_size(PixelFormat format, int plane, Size picture) noexcept;
/// Bytes of one sample of that plane (bgra 4, nv12's second plane 2, planar 1).
int bytes_per_sample(PixelFormat format, int plane) noexcept;
/// True if chroma is shared by 2x2 pixels.
bool is_chroma_subsampled(PixelFormat format) noexcept;
/// Bytes of a whole picture with no padding between rows.
std::int64_t packed_bytes(PixelFormat format, Size picture) noexcept;

std::string_view name(PixelFormat format) noexcept;
std::optional<PixelFormat> pixel_format_by_name(std::string_view name) noexcept;

}  // namespace rustcam
