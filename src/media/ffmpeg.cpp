#include "media/ffmpeg.h"

#include <array>
#include <cstdint>
#include <limits>
#include <new>
#include <string_view>

#include "base/error.h"
#include "media/ffmpeg_info.h"
#include "platform/thread_priority.h"

namespace rustcam {

namespace {

/// SVT-AV1 never returns from its end unless it was given a frame and told that no more come.
void end_svt(AVCodecContext& context) noexcept {
  AVFrame* frame = av_frame_alloc();
  AVPacket* packet = av_packet_alloc();
  if (frame != nullptr && packet != nullptr) {
    frame->format = context.pix_fmt;
    frame->width = context.width;
    frame->height = context.height;
    frame->pts = std::numeric_limits<std::int32_t>::max();
    if (av_frame_get_buffer(frame, 0) >= 0 && avcodec_send_frame(&context, frame) >= 0)
      avcodec_send_frame(&context, nullptr);
    while (avcodec_receive_packet(&context, packet) >= 0) av_packet_unref(packet);
  }
  av_frame_free(&frame);
  av_packet_free(&packet);
}

}  // namespace

void AvFree::operator()(AVCodecContext* p) const noexcept {
  if (avcodec_is_open(p) != 0 && std::string_view(p->codec->name) == "libsvtav1") end_svt(*p);
  avcodec_free_context(&p);
}

void AvFree::operator()(AVIOContext* p) const noexcept {
  av_freep(&p->buffer);
  avio_context_free(&p);
}

FramePtr make_frame() {
  FramePtr frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

PacketPtr make_packet() {
  PacketPtr packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

std::string Dictionary::first_key() const {
  const AVDictionaryEntry* entry = av_dict_get(dict_, "", nullptr, AV_DICT_IGNORE_SUFFIX);
  return entry == nullptr ? std::string() : std::string(entry->key);
}

int open_codec(AVCodecContext& context, const AVCodec& codec) {
  const OrdinaryThreads ordinary;
  return avcodec_open2(&context, &codec, nullptr);
}

std::string av_error_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

std::string av_error_name(int code) {
  switch (code) {
    case AVERROR_EXTERNAL:
      return "AVERROR_EXTERNAL";
    case AVERROR_UNKNOWN:
      return "AVERROR_UNKNOWN";
    case AVERROR_BUG:
      return "AVERROR_BUG";
    case AVERROR_PATCHWELCOME:
      return "AVERROR_PATCHWELCOME";
    case AVERROR_INVALIDDATA:
      return "AVERROR_INVALIDDATA";
    case AVERROR_OPTION_NOT_FOUND:
      return "AVERROR_OPTION_NOT_FOUND";
    default:
      return errno_name(AVUNERROR(code));
  }
}

std::vector<AVPixelFormat> supported_pixel_formats(const AVCodec& codec) {
  const AVPixelFormat* list = nullptr;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void* found = nullptr;
  if (avcodec_get_supported_config(nullptr, &codec, AV_CODEC_CONFIG_PIX_FORMAT, 0, &found,
                                   nullptr) >= 0)
    list = static_cast<const AVPixelFormat*>(found);
#else
  list = codec.pix_fmts;
#endif
  std::vector<AVPixelFormat> formats;
  for (; list != nullptr && *list != AV_PIX_FMT_NONE; ++list) formats.push_back(*list);
  return formats;
}

std::vector<AVSampleFormat> supported_sample_formats(const AVCodec& codec) {
  const AVSampleFormat* list = nullptr;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void* found = nullptr;
  if (avcodec_get_supported_config(nullptr, &codec, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0, &found,
                                   nullptr) >= 0)
    list = static_cast<const AVSampleFormat*>(found);
#else
  list = codec.sample_fmts;
#endif
  std::vector<AVSampleFormat> formats;
  for (; list != nullptr && *list != AV_SAMPLE_FMT_NONE; ++list) formats.push_back(*list);
  return formats;
}

std::string ffmpeg_versions() {
  const auto line = [](const char* library, unsigned version) {
    return std::string(library) + " " + std::to_string(AV_VERSION_MAJOR(version)) + "." +
           std::to_string(AV_VERSION_MINOR(version)) + "." +
           std::to_string(AV_VERSION_MICRO(version));
  };
  return std::string("FFmpeg ") + av_version_info() + "\n" + line("libavcodec", avcodec_version()) +
         "\n" + line("libavformat", avformat_version()) + "\n" +
         line("libavutil", avutil_version());
}

}  // namespace rustcam
