#include "image/pixel_format.h"

#include <array>
#include <cstddef>

namespace rustcam {
namespace {

struct Entry {
  PixelFormat format;
  std::string_view name;
  int planes;
  std::array<int, max_planes> sample_bytes;
  bool subsampled;
};

constexpr std::array<Entry, 8> formats{{
    {PixelFormat::bgra, "bgra", 1, {4, 0, 0}, false},
    {PixelFormat::bgr, "bgr", 1, {3, 0, 0}, false},
    {PixelFormat::rgba, "rgba", 1, {4, 0, 0}, false},
    {PixelFormat::rgb, "rgb", 1, {3, 0, 0}, false},
    {PixelFormat::gray, "gray", 1, {1, 0, 0}, false},
    {PixelFormat::nv12, "nv12", 2, {1, 2, 0}, true},
    {PixelFormat::yuv420p, "yuv420p", 3, {1, 1, 1}, true},
    {PixelFormat::yuv444p, "yuv444p", 3, {1, 1, 1}, false},
}};

const Entry& entry(PixelFormat format) noexcept {
  return formats[static_cast<std::size_t>(format) - 1];
}

}  // namespace

int plane_count(PixelFormat format) noexcept {
  return entry(format).planes;
}

Size plane_size(PixelFormat format, int plane, Size picture) noexcept {
  if (plane == 0 || !entry(format).subsampled) return picture;
  return {picture.width / 2 + picture.width % 2, picture.height / 2 + picture.height % 2};
}

int bytes_per_sample(PixelFormat format, int plane) noexcept {
  return entry(format).sample_bytes[static_cast<std::size_t>(plane)];
}

bool is_chroma_subsampled(PixelFormat format) noexcept {
  return entry(format).subsampled;
}

std::int64_t packed_bytes(PixelFormat format, Size picture) noexcept {
  std::int64_t sum = 0;
  for (int p = 0; p < plane_count(format); ++p) {
    const Size s = plane_size(format, p, picture);
    sum += std::int64_t{s.width} * s.height * bytes_per_sample(format, p);
  }
  return sum;
}

std::string_view name(PixelFormat format) noexcept {
  return entry(format).name;
}

std::optional<PixelFormat> pixel_format_by_name(std::string_view name) noexcept {
  for (const Entry& e : formats)
    if (e.name == name) return e.format;
  return std::nullopt;
}

}  // namespace rustcam
