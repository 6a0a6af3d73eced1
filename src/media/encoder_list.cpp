#include "media/encoder_list.h"

#include <array>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

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

/// libsvtav1 never comes back from being closed without having encoded anything.
void encode_one_picture(AVCodecContext& context) {
  const FramePtr frame = make_frame();
  frame->format = context.pix_fmt;
  frame->width = context.width;
  frame->height = context.height;
  frame->pts = 0;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  for (const AVBufferRef* buffer : frame->buf)
    if (buffer != nullptr) std::memset(buffer->data, 0, buffer->size);
  const PacketPtr packet = make_packet();
  if (avcodec_send_frame(&context, frame.get()) < 0) return;
  if (avcodec_send_frame(&context, nullptr) < 0) return;
  while (avcodec_receive_packet(&context, packet.get()) >= 0) av_packet_unref(packet.get());
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
  // It prints its settings on stderr, past FFmpeg's log.
  av_opt_set(context.get(), "x265-params", "log-level=none", AV_OPT_SEARCH_CHILDREN);
  const LogCapture log;
  const int result = avcodec_open2(context.get(), &codec, nullptr);
  info.opens = result >= 0;
  if (!info.opens) info.error = log.complaint().empty() ? av_error_text(result) : log.complaint();
  if (info.opens) encode_one_picture(*context);
}

std::optional<EncoderInfo> examine(const AVCodec& codec) {
  const SampleFormat* format = first_taken(codec);
  EncoderInfo info{codec.name, avcodec_get_name(codec.id), traits_of(codec).hardware, false, {}};
  if (format != nullptr)
    try_to_open(codec, format->av, info);
  else if (codec.id == AV_CODEC_ID_GIF)
    try_to_open(codec, AV_PIX_FMT_PAL8, info);
  else if (std::string_view(codec.name).ends_with("_vaapi"))
    info.error = "takes pictures in the GPU's memory only";
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
