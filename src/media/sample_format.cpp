#include "media/sample_format.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "media/encoder_device.h"
#include "media/names.h"

namespace rustcam {
namespace {

constexpr YuvEncoding limited{ColorMatrix::bt709, ColorRange::limited};
constexpr YuvEncoding full{ColorMatrix::bt709, ColorRange::full};

constexpr std::array<SampleFormat, 5> yuv_formats{{
    {"yuv420p", PixelFormat::yuv420p, AV_PIX_FMT_YUV420P, limited},
    {"yuv444p", PixelFormat::yuv444p, AV_PIX_FMT_YUV444P, limited},
    {"nv12", PixelFormat::nv12, AV_PIX_FMT_NV12, limited},
    {"yuvj420p", PixelFormat::yuv420p, AV_PIX_FMT_YUV420P, full},
    {"yuvj444p", PixelFormat::yuv444p, AV_PIX_FMT_YUV444P, full},
}};

constexpr std::array<SampleFormat, 5> packed_formats{{
    {"bgra", PixelFormat::bgra, AV_PIX_FMT_BGRA, full},
    {"bgr", PixelFormat::bgr, AV_PIX_FMT_BGR24, full},
    {"rgba", PixelFormat::rgba, AV_PIX_FMT_RGBA, full},
    {"rgb", PixelFormat::rgb, AV_PIX_FMT_RGB24, full},
    {"gray", PixelFormat::gray, AV_PIX_FMT_GRAY8, full},
}};

}  // namespace

bool SampleFormat::is_yuv() const noexcept {
  return pixels == PixelFormat::yuv420p || pixels == PixelFormat::yuv444p ||
         pixels == PixelFormat::nv12;
}

std::optional<SampleFormat> sample_format_by_name(std::string_view name) noexcept {
  for (const SampleFormat& f : yuv_formats)
    if (f.name == name) return f;
  for (const SampleFormat& f : packed_formats)
    if (f.name == name) return f;
  if (name == "bgr24") return packed_formats[1];
  if (name == "rgb24") return packed_formats[3];
  return std::nullopt;
}

std::vector<std::string> pixel_format_names() {
  std::vector<std::string> names;
  for (const SampleFormat& f : yuv_formats) names.emplace_back(f.name);
  for (const SampleFormat& f : packed_formats) names.emplace_back(f.name);
  return names;
}

std::span<const SampleFormat> encoder_sample_formats() noexcept {
  return yuv_formats;
}

SampleFormat laid_out(SampleFormat format, AVPixelFormat pixels) noexcept {
  if (pixels == AV_PIX_FMT_NV12) {
    format.pixels = PixelFormat::nv12;
    format.av = pixels;
  }
  return format;
}

bool takes(const AVCodec& codec, const SampleFormat& format) {
  // Its own reader takes JPEG for full range whatever the file says.
  if (codec.id == AV_CODEC_ID_MJPEG && format.encoding.range != ColorRange::full) return false;
  const auto formats = supported_pixel_formats(codec);
  if (formats.empty()) return format.is_yuv();
  // Its pictures are brought to the GPU as nv12.
  if (is_vaapi(codec)) return is_chroma_subsampled(format.pixels);
  return std::find(formats.begin(), formats.end(), format.av) != formats.end();
}

}  // namespace rustcam
