#include "media/encoder_list.h"

#include <array>
#include <string_view>
#include <utility>

#include "media/encoder_traits.h"
#include "media/encoder_trial.h"
#include "media/ffmpeg.h"

namespace rustcam {
namespace {

/// Codecs that somebody records a screen with; FFmpeg has a hundred more for other ends.
constexpr std::array<AVCodecID, 14> worthwhile{
    AV_CODEC_ID_H264, AV_CODEC_ID_HEVC,     AV_CODEC_ID_AV1,        AV_CODEC_ID_VP9,
    AV_CODEC_ID_VP8,  AV_CODEC_ID_MPEG4,    AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG1VIDEO,
    AV_CODEC_ID_FFV1, AV_CODEC_ID_HUFFYUV,  AV_CODEC_ID_FFVHUFF,    AV_CODEC_ID_MJPEG,
    AV_CODEC_ID_GIF,  AV_CODEC_ID_RAWVIDEO,
};

void try_here(const AVCodec& codec, AVPixelFormat pixels, EncoderInfo& info) {
  const EncoderTrial trial = try_encoder(codec, pixels, {320, 240});
  info.opens = trial.opens;
  info.error = trial.error;
}

std::optional<EncoderInfo> examine(const AVCodec& codec) {
  const SampleFormat* format = first_taken(codec);
  EncoderInfo info{codec.name, avcodec_get_name(codec.id), traits_of(codec).hardware, false, {}};
  if (format != nullptr)
    try_here(codec, format->av, info);
  else if (codec.id == AV_CODEC_ID_GIF)
    try_here(codec, AV_PIX_FMT_PAL8, info);
  else
    return std::nullopt;
  return info;
}

}  // namespace

std::optional<EncoderInfo> examine_encoder(const std::string& name) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name.c_str());
  return codec != nullptr ? examine(*codec) : std::nullopt;
}

std::vector<EncoderInfo> list_encoders() {
  std::vector<EncoderInfo> found;
  for (const AVCodecID id : worthwhile) {
    void* position = nullptr;
    while (const AVCodec* codec = av_codec_iterate(&position)) {
      if (codec->id != id || av_codec_is_encoder(codec) == 0) continue;
      if (auto info = examine(*codec)) found.push_back(std::move(*info));
    }
  }
  return found;
}

}  // namespace rustcam
