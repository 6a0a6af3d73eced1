// FFmpeg's handles with owners, and its errors as text.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rustcam {

// What differs between FFmpeg's releases is told apart here and in ffmpeg.cpp, nowhere else.
#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WrittenByte = const std::uint8_t;  ///< what the writer of an AVIOContext is given
#else
using WrittenByte = std::uint8_t;
#endif

struct AvFree {
  void operator()(AVCodecContext* p) const noexcept;
  void operator()(AVCodecParameters* p) const noexcept { avcodec_parameters_free(&p); }
  void operator()(AVFrame* p) const noexcept { av_frame_free(&p); }
  void operator()(AVPacket* p) const noexcept { av_packet_free(&p); }
  void operator()(AVFormatContext* p) const noexcept { avformat_free_context(p); }
  void operator()(AVIOContext* p) const noexcept;  ///< with its buffer
};
using CodecContextPtr = std::unique_ptr<AVCodecContext, AvFree>;
using CodecParametersPtr = std::unique_ptr<AVCodecParameters, AvFree>;
using FramePtr = std::unique_ptr<AVFrame, AvFree>;
using PacketPtr = std::unique_ptr<AVPacket, AvFree>;
using FormatContextPtr = std::unique_ptr<AVFormatContext, AvFree>;
using IoContextPtr = std::unique_ptr<AVIOContext, AvFree>;

/// Throw std::bad_alloc.
FramePtr make_frame();
PacketPtr make_packet();

class Dictionary {
 public:
  Dictionary() = default;
  ~Dictionary() { av_dict_free(&dict_); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  void set(const std::string& key, const std::string& value) {
    av_dict_set(&dict_, key.c_str(), value.c_str(), 0);
  }
  AVDictionary** address() noexcept { return &dict_; }
  /// The first entry's key, empty if there is none: what an open call did not know.
  std::string first_key() const;

 private:
  AVDictionary* dict_ = nullptr;
};

/// FFmpeg's words for one of its error codes.
std::string av_error_text(int code);
/// "EPERM", "AVERROR_EXTERNAL" and the like, for Error::native_code().
std::string av_error_name(int code);

/// avcodec_open2() for an encoder, whose threads get no priority that outranks ours.
int open_codec(AVCodecContext& context, const AVCodec& codec);

/// What a codec takes, in its own order; empty if it does not say.
std::vector<AVPixelFormat> supported_pixel_formats(const AVCodec& codec);
std::vector<AVSampleFormat> supported_sample_formats(const AVCodec& codec);

}  // namespace rustcam
