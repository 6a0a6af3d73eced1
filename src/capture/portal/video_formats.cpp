#include "capture/portal/video_formats.h"

#include <spa/param/video/raw.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace rustcam::portal {
namespace {

constexpr std::uint32_t drm_code(const char (&letters)[5]) {
  std::uint32_t code = 0;
  for (std::size_t i = 4; i-- > 0;) code = code << 8 | static_cast<unsigned char>(letters[i]);
  return code;
}

struct Name {
  std::uint32_t spa;
  std::uint32_t code;  ///< BufferFormat's
};

// PipeWire names bytes in the order in which they lie in memory, DRM a little-endian word.
constexpr std::array names{
    Name{SPA_VIDEO_FORMAT_BGRx, 1},
    Name{SPA_VIDEO_FORMAT_BGRA, 0},
    Name{SPA_VIDEO_FORMAT_RGBx, drm_code("XB24")},
    Name{SPA_VIDEO_FORMAT_RGBA, drm_code("AB24")},
    Name{SPA_VIDEO_FORMAT_xRGB, drm_code("BX24")},
    Name{SPA_VIDEO_FORMAT_ARGB, drm_code("BA24")},
    Name{SPA_VIDEO_FORMAT_xBGR, drm_code("RX24")},
    Name{SPA_VIDEO_FORMAT_ABGR, drm_code("RA24")},
    Name{SPA_VIDEO_FORMAT_BGR, drm_code("RG24")},
    Name{SPA_VIDEO_FORMAT_RGB, drm_code("BG24")},
    Name{SPA_VIDEO_FORMAT_xRGB_210LE, drm_code("XR30")},
    Name{SPA_VIDEO_FORMAT_ARGB_210LE, drm_code("AR30")},
    Name{SPA_VIDEO_FORMAT_xBGR_210LE, drm_code("XB30")},
    Name{SPA_VIDEO_FORMAT_ABGR_210LE, drm_code("AB30")},
    Name{SPA_VIDEO_FORMAT_RGB16, drm_code("RG16")},
};

constexpr std::array<std::uint32_t, names.size()> spa_numbers = [] {
  std::array<std::uint32_t, names.size()> numbers{};
  for (std::size_t i = 0; i < names.size(); ++i) numbers.at(i) = names.at(i).spa;
  return numbers;
}();

}  // namespace

std::span<const std::uint32_t> readable_formats() noexcept {
  return spa_numbers;
}

const BufferFormat* format_named(std::uint32_t spa_format) noexcept {
  const auto* const found = std::ranges::find(names, spa_format, &Name::spa);
  return found == names.end() ? nullptr : buffer_format(found->code);
}

}  // namespace rustcam::portal
