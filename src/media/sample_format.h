// The pixel formats that sinks take, as users, we and FFmpeg name them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "image/pixel_format.h"
#include "media/ffmpeg.h"

namespace rustcam {

struct SampleFormat {
  std::string_view name;  ///< as users (and FFmpeg) name it
  PixelFormat pixels;     ///< what our conversion makes
  AVPixelFormat av;       ///< what the encoder is told, beside the range
  YuvEncoding encoding;

  bool is_yuv() const noexcept;
};

std::optional<SampleFormat> sample_format_by_name(std::string_view name) noexcept;
/// What encoders may be given: YUV, the usual first.
std::span<const SampleFormat> encoder_sample_formats() noexcept;
/// The same colours as an encoder takes them whose frames are `pixels`, which may be nv12 for
/// yuv420p.
SampleFormat laid_out(SampleFormat format, AVPixelFormat pixels) noexcept;
/// True if `codec` encodes it as it is.
bool takes(const AVCodec& codec, const SampleFormat& format);

}  // namespace rustcam
