#include "picture.h"

#include <algorithm>
#include <array>

namespace nvenc {
namespace {

/// BT.601's three rows for red, green and blue, in units of 1/65536; to limited range.
constexpr std::array<int, 3> to_luma{16829, 33039, 6416};
constexpr std::array<int, 3> to_blue{-9714, -19070, 28784};
constexpr std::array<int, 3> to_red{28784, -24103, -4681};

std::uint8_t weighed(const std::array<int, 3>& row, const std::array<int, 3>& rgb, int offset,
                     int samples) {
  const int sum = row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2];
  const int unit = 65536 * samples;
  return static_cast<std::uint8_t>((sum + offset * unit + unit / 2) / unit);
}

struct Rgb {
  const std::uint8_t* bytes;
  std::size_t pitch;
  std::size_t red;  ///< where red stands in a pixel
  std::size_t blue;

  std::array<int, 3> at(std::uint32_t x, std::uint32_t y) const {
    const std::uint8_t* pixel = bytes + y * pitch + std::size_t{x} * 4;
    return {pixel[red], pixel[1], pixel[blue]};
  }
};

void convert(const Rgb& from, Picture& into) {
  std::uint8_t* luma = into.bytes.data();
  std::uint8_t* blue = luma + into.luma_size();
  std::uint8_t* red = blue + into.chroma_size();
  for (std::uint32_t y = 0; y < into.height; y += 2) {
    for (std::uint32_t x = 0; x < into.width; x += 2) {
      std::array<int, 3> sum{};
      for (const std::uint32_t j : {y, y + 1}) {
        for (const std::uint32_t i : {x, x + 1}) {
          const std::array<int, 3> rgb = from.at(i, j);
          luma[std::size_t{j} * into.width + i] = weighed(to_luma, rgb, 16, 1);
          for (std::size_t c = 0; c < 3; ++c) sum[c] += rgb[c];
        }
      }
      *blue++ = weighed(to_blue, sum, 128, 4);
      *red++ = weighed(to_red, sum, 128, 4);
    }
  }
}

std::uint8_t* copy_plane(const std::uint8_t* from, std::size_t pitch, std::uint32_t width,
                         std::uint32_t height, std::uint8_t* to) {
  for (std::uint32_t y = 0; y < height; ++y) to = std::copy_n(from + y * pitch, width, to);
  return to;
}

void copy_planar(const std::uint8_t* from, std::size_t pitch, bool red_first, Picture& into) {
  std::uint8_t* to = copy_plane(from, pitch, into.width, into.height, into.bytes.data());
  const std::size_t chroma_pitch = into.full_chroma ? pitch : pitch / 2;
  const std::uint8_t* first = from + pitch * into.height;
  const std::uint8_t* second = first + chroma_pitch * into.chroma_height();
  for (const std::uint8_t* plane : {red_first ? second : first, red_first ? first : second})
    to = copy_plane(plane, chroma_pitch, into.chroma_width(), into.chroma_height(), to);
}

void copy_interleaved(const std::uint8_t* from, std::size_t pitch, Picture& into) {
  std::uint8_t* blue = copy_plane(from, pitch, into.width, into.height, into.bytes.data());
  std::uint8_t* red = blue + into.chroma_size();
  for (std::uint32_t y = 0; y < into.chroma_height(); ++y) {
    const std::uint8_t* row = from + pitch * (into.height + y);
    for (std::uint32_t x = 0; x < into.chroma_width(); ++x) {
      *blue++ = row[std::size_t{x} * 2];
      *red++ = row[std::size_t{x} * 2 + 1];
    }
  }
}

bool is_rgb(NV_ENC_BUFFER_FORMAT format) {
  return format == NV_ENC_BUFFER_FORMAT_ARGB || format == NV_ENC_BUFFER_FORMAT_ABGR;
}

}  // namespace

bool is_known(NV_ENC_BUFFER_FORMAT format) {
  return name_of(format) != "unknown";
}

std::string_view name_of(NV_ENC_BUFFER_FORMAT format) {
  switch (format) {
    case NV_ENC_BUFFER_FORMAT_NV12:
      return "nv12";
    case NV_ENC_BUFFER_FORMAT_YV12:
      return "yv12";
    case NV_ENC_BUFFER_FORMAT_IYUV:
      return "iyuv";
    case NV_ENC_BUFFER_FORMAT_YUV444:
      return "yuv444";
    case NV_ENC_BUFFER_FORMAT_ARGB:
      return "argb";
    case NV_ENC_BUFFER_FORMAT_ABGR:
      return "abgr";
    default:
      return "unknown";
  }
}

bool is_full_chroma(NV_ENC_BUFFER_FORMAT format) {
  return format == NV_ENC_BUFFER_FORMAT_YUV444;
}

std::uint32_t row_bytes(NV_ENC_BUFFER_FORMAT format, std::uint32_t width) {
  return is_rgb(format) ? width * 4 : width;
}

std::uint32_t rows_of(NV_ENC_BUFFER_FORMAT format, std::uint32_t height) {
  if (is_rgb(format)) return height;
  return is_full_chroma(format) ? height * 3 : height + (height + 1) / 2;
}

Picture make_picture(NV_ENC_BUFFER_FORMAT format, std::uint32_t width, std::uint32_t height,
                     const std::uint8_t* bytes, std::size_t pitch) {
  Picture made;
  made.width = width;
  made.height = height;
  made.full_chroma = is_full_chroma(format);
  made.bytes.resize(made.luma_size() + 2 * made.chroma_size());
  switch (format) {
    case NV_ENC_BUFFER_FORMAT_ARGB:
      convert({bytes, pitch, 2, 0}, made);
      break;
    case NV_ENC_BUFFER_FORMAT_ABGR:
      convert({bytes, pitch, 0, 2}, made);
      break;
    case NV_ENC_BUFFER_FORMAT_NV12:
      copy_interleaved(bytes, pitch, made);
      break;
    default:
      copy_planar(bytes, pitch, format == NV_ENC_BUFFER_FORMAT_YV12, made);
      break;
  }
  return made;
}

}  // namespace nvenc
