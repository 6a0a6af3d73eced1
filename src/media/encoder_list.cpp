#include "media/encoder_list.h"

#include <array>
#include <string_view>

#include "media/encoder_options.h"
#include "media/encoder_traits.h"
#include "media/ffmpeg.h"
#include "media/log_capture.h"

namespace rustcam {
namespace {

/// Codecs that somebody records a screen with; FFmpeg has a hundred more for other ends.
constexpr std::array<AVCodecID, 14> worthwhile{
    AV_CODEC_ID_H264, AV_CODEC_ID_HEVC,     AV_CODEC_ID_AV1,        AV_CODEC_ID_VP9,
    AV_CODEC_ID_VP8,  AV_CODEC_ID_MPEG4,    AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG1VIDEO,
    AV_CODEC_ID_FFV1, AV_CODEC_ID_HUFFYUV,  AV_CODEC_ID_FFVHUFF,    AV_CODEC_ID_MJPEG,
    AV_CODEC_ID_GIF,  AV_CODEC_ID_RAWVIDEO,
};

const SampleFormat* first_taken(const AVCodec& codec) {
  for (const SampleFormat& f : encoder_sample_formats())
    if (takes(codec, f)) return &f;
  return nullptr;
}

void try_to_open(const AVCodec& codec, AVPixelFormat pixels, EncoderInfo& info) {
  const CodecContextPtr context(avcodec_alloc_context3(&codec));
  if (!context) throw std::bad_alloc();
  context->width = 320;
  context->height = 240;
  context->pix_fmt = pixels;
  context->time_base = {1, 30};
  context->framerate = {30, 1};
  if (codec.id == AV_CODEC_ID_MJPEG) context->color_range = AVCOL_RANGE_JPEG;
  if (pixels != AV_PIX_FMT_PAL8) apply_encoder_options({}, codec, std::nullopt, *context);
  const LogCapture log;
  const int result = avcodec_open2(context.get(), &codec, nullptr);
  info.opens = result >= 0;
  if (!info.opens) info.error = log.complaint().empty() ? av_error_text(result) : log.complaint();
}

}  // namespace

std::vector<EncoderInfo> list_encoders() {
  std::vector<EncoderInfo> found;
  for (const AVCodecID id : worthwhile) {
    void* position = nullptr;
    while (const AVCodec* codec = av_codec_iterate(&position)) {
      if (codec->id != id || av_codec_is_encoder(codec) == 0) continue;
      const SampleFormat* format = first_taken(*codec);
      EncoderInfo info{codec->name, avcodec_get_name(id), traits_of(*codec).hardware, false, {}};
      if (format != nullptr)
        try_to_open(*codec, format->av, info);
      else if (id == AV_CODEC_ID_GIF)
        try_to_open(*codec, AV_PIX_FMT_PAL8, info);
      else if (std::string_view(codec->name).ends_with("_vaapi"))
        info.error = "takes pictures in the GPU's memory only";
      else
        continue;
      found.push_back(std::move(info));
    }
  }
  return found;
}

}  // namespace rustcam
