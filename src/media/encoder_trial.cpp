#include "media/encoder_trial.h"

#include <cstring>
#include <new>
#include <optional>

#include "media/encoder.h"
#include "media/encoder_device.h"
#include "media/encoder_options.h"
#include "media/encoder_traits.h"
#include "media/log_capture.h"

namespace rustcam {
namespace {

/// libsvtav1 never comes back from being closed without having encoded anything.
bool encode_one_picture(AVCodecContext& context) {
  const FramePtr frame = make_frame();
  frame->format = memory_format(context);
  frame->width = context.width;
  frame->height = context.height;
  frame->pts = 0;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  for (const AVBufferRef* buffer : frame->buf)
    if (buffer != nullptr) std::memset(buffer->data, 0, buffer->size);
  const PacketPtr packet = make_packet();
  const FramePtr uploaded = is_vaapi(*context.codec) ? upload(context, *frame) : nullptr;
  if (avcodec_send_frame(&context, uploaded ? uploaded.get() : frame.get()) < 0) return false;
  if (avcodec_send_frame(&context, nullptr) < 0) return false;
  bool encoded = false;
  for (; avcodec_receive_packet(&context, packet.get()) >= 0; av_packet_unref(packet.get()))
    encoded = true;
  return encoded;
}

}  // namespace

EncoderTrial try_encoder(const AVCodec& codec, AVPixelFormat pixels, Size size) {
  const auto configure = [&] {
    CodecContextPtr context(avcodec_alloc_context3(&codec));
    if (!context) throw std::bad_alloc();
    context->width = size.width;
    context->height = size.height;
    context->pix_fmt = pixels;
    context->time_base = {1, 30};
    context->framerate = {30, 1};
    if (codec.id == AV_CODEC_ID_MJPEG) context->color_range = AVCOL_RANGE_JPEG;
    if (pixels != AV_PIX_FMT_PAL8) apply_encoder_options({}, codec, std::nullopt, *context);
    // It prints its settings on stderr, past FFmpeg's log.
    av_opt_set(context.get(), "x265-params", "log-level=none", AV_OPT_SEARCH_CHILDREN);
    return context;
  };
  LogCapture log;
  const OpenedCodec opened = open_on_device(codec, configure, log);
  EncoderTrial trial;
  trial.opens = opened.context != nullptr;
  trial.error = opened.error;
  trial.encodes = trial.opens && encode_one_picture(*opened.context);
  return trial;
}

const SampleFormat* first_taken(const AVCodec& codec) {
  for (const SampleFormat& f : encoder_sample_formats())
    if (takes(codec, f)) return &f;
  return nullptr;
}

std::string encoder_for_size(const Container& container, const SampleFormat* format, Size size) {
  for (const char* name : {"libx264", "libvpx-vp9", "ffv1", "mjpeg"}) {
    const AVCodec* codec = avcodec_find_encoder_by_name(name);
    if (codec == nullptr || !fits(size, traits_of(*codec))) continue;
    const SampleFormat* given = format == nullptr ? first_taken(*codec) : format;
    if (given == nullptr || !takes(*codec, *given) || !can_hold(container, codec->id, *given))
      continue;
    if (try_encoder(*codec, given->av, padded_size(*codec, *given, size)).encodes) return name;
  }
  return {};
}

}  // namespace rustcam
