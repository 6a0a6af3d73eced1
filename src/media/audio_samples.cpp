#include "media/audio_samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace rustcam {
namespace {

template <typename Sample>
Sample to_sample(float value) {
  if constexpr (std::is_same_v<Sample, float>) {
    return value;
  } else {
    // A power of two, so that what a device made as such integers comes back as it was.
    constexpr double full = -static_cast<double>(std::numeric_limits<Sample>::min());
    return static_cast<Sample>(std::clamp(std::round(double{value} * full), -full, full - 1));
  }
}

template <typename Sample>
void fill(std::span<const float> sound, AVFrame& frame) {
  const auto channels = static_cast<std::size_t>(frame.ch_layout.nb_channels);
  const auto count = static_cast<std::size_t>(frame.nb_samples);
  const bool planar = av_sample_fmt_is_planar(static_cast<AVSampleFormat>(frame.format)) != 0;
  for (std::size_t c = 0; c < channels; ++c) {
    auto* out = reinterpret_cast<Sample*>(frame.extended_data[planar ? c : 0]);
    const std::size_t step = planar ? 1 : channels;
    if (!planar) out += c;
    for (std::size_t i = 0; i < count; ++i)
      out[i * step] = to_sample<Sample>(sound[i * channels + c]);
  }
}

}  // namespace

AVSampleFormat choose_audio_format(const AVCodec& codec) {
  constexpr std::array wanted{AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_S16,
                              AV_SAMPLE_FMT_S16P, AV_SAMPLE_FMT_S32, AV_SAMPLE_FMT_S32P};
  const auto taken = supported_sample_formats(codec);
  for (const AVSampleFormat format : wanted)
    if (std::find(taken.begin(), taken.end(), format) != taken.end()) return format;
  return AV_SAMPLE_FMT_NONE;
}

void fill_samples(std::span<const float> sound, AVFrame& frame) {
  switch (av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format))) {
    case AV_SAMPLE_FMT_S16:
      return fill<std::int16_t>(sound, frame);
    case AV_SAMPLE_FMT_S32:
      return fill<std::int32_t>(sound, frame);
    default:
      return fill<float>(sound, frame);
  }
}

}  // namespace rustcam
