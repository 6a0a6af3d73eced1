#include "media/lossy_stills.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <new>
#include <string>

#include "base/error.h"
#include "image/convert.h"
#include "media/ffmpeg.h"
#include "media/log_capture.h"

namespace rustcam {
namespace {

FramePtr converted(const ConstImageView& picture, PixelFormat pixels, AVPixelFormat av,
                   YuvEncoding encoding) {
  FramePtr frame = make_frame();
  frame->format = av;
  frame->width = picture.width();
  frame->height = picture.height();
  frame->color_range = encoding.range == ColorRange::full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  ImageView into;
  into.format = pixels;
  into.size = picture.size;
  into.encoding = encoding;
  for (int i = 0; i < plane_count(pixels); ++i) {
    const auto plane = static_cast<std::size_t>(i);
    into.planes[plane] = {frame->data[plane], frame->linesize[plane]};
  }
  convert(picture, into);
  return frame;
}

CodecContextPtr context_for(const char* encoder, const AVFrame& frame) {
  const AVCodec* codec = avcodec_find_encoder_by_name(encoder);
  if (codec == nullptr)
    throw MediaError(std::string("FFmpeg here lacks the encoder ") + encoder +
                     "; write .png instead");
  CodecContextPtr context(avcodec_alloc_context3(codec));
  if (!context) throw std::bad_alloc();
  context->width = frame.width;
  context->height = frame.height;
  context->pix_fmt = static_cast<AVPixelFormat>(frame.format);
  context->color_range = frame.color_range;
  context->time_base = {1, 1};
  context->thread_count = 1;
  return context;
}

std::vector<std::uint8_t> encode(AVCodecContext& context, AVFrame& frame) {
  LogCapture log;
  const auto check = [&](int result) {
    if (result < 0)
      throw MediaError(
          std::string("the encoder ") + context.codec->name + " failed: " + log.reason(result),
          av_error_name(result));
  };
  check(open_codec(context, *context.codec));
  frame.pts = 0;
  frame.quality = context.global_quality;
  check(avcodec_send_frame(&context, &frame));
  check(avcodec_send_frame(&context, nullptr));
  const PacketPtr packet = make_packet();
  check(avcodec_receive_packet(&context, packet.get()));
  return {packet->data, packet->data + packet->size};
}

/// libjpeg's scale as a factor of the standard's tables, which FFmpeg counts from 1 to 31 with the
/// tables themselves at 8.
int jpeg_quantiser(int quality) {
  const double factor = quality < 50 ? 50.0 / quality : 2.0 - quality / 50.0;
  return std::clamp(static_cast<int>(std::lround(factor * 8)), 1, 31);
}

}  // namespace

std::vector<std::uint8_t> write_jpeg(const ConstImageView& picture, int quality) {
  constexpr YuvEncoding encoding{ColorMatrix::bt601, ColorRange::full};
  constexpr int fine = 90;
  const FramePtr frame =
      quality >= fine ? converted(picture, PixelFormat::yuv444p, AV_PIX_FMT_YUV444P, encoding)
                      : converted(picture, PixelFormat::yuv420p, AV_PIX_FMT_YUV420P, encoding);
  const CodecContextPtr context = context_for("mjpeg", *frame);
  context->flags |= AV_CODEC_FLAG_QSCALE;
  context->qmin = 1;
  context->global_quality = jpeg_quantiser(quality) * FF_QP2LAMBDA;
  return encode(*context, *frame);
}

std::vector<std::uint8_t> write_webp(const ConstImageView& picture, int quality) {
  constexpr int lossless = 100;
  const FramePtr frame = quality == lossless
                             ? converted(picture, PixelFormat::bgra, AV_PIX_FMT_RGB32, {})
                             : converted(picture, PixelFormat::yuv420p, AV_PIX_FMT_YUV420P,
                                         {ColorMatrix::bt601, ColorRange::limited});
  const CodecContextPtr context = context_for("libwebp", *frame);
  if (quality == lossless) {
    av_opt_set_int(context->priv_data, "lossless", 1, 0);
    context->compression_level = 1;
  }
  av_opt_set_double(context->priv_data, "quality", quality == lossless ? 30 : quality, 0);
  return encode(*context, *frame);
}

}  // namespace rustcam
