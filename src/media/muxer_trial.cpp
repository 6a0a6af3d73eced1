#include "media/muxer_trial.h"

#include <new>

#include "media/log_capture.h"
#include "media/nowhere.h"

namespace rustcam {
namespace {

/// A stream that nothing but its codec can be wrong with.
void describe_stream(AVFormatContext& format, AVCodecID codec) {
  AVStream* stream = avformat_new_stream(&format, nullptr);
  if (stream == nullptr) throw std::bad_alloc();
  stream->time_base = {1, 1000};
  stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codecpar->codec_id = codec;
  stream->codecpar->width = 64;
  stream->codecpar->height = 64;
  stream->codecpar->format = AV_PIX_FMT_YUV420P;
}

}  // namespace

/// avformat_query_codec() looks into a table of tags only; some muxers refuse a codec of it later.
MuxerAnswer ask_muxer(const Container& container, AVCodecID codec) {
  const LogCapture log;
  AVFormatContext* allocated = nullptr;
  avformat_alloc_output_context2(&allocated, nullptr, std::string(container.muxer).c_str(),
                                 nullptr);
  const FormatContextPtr format(allocated);
  if (!format) return {};
  const Nowhere nowhere;
  format->pb = nowhere.io();
  format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  describe_stream(*format, codec);
  Dictionary none;
  const bool takes = avformat_init_output(format.get(), none.address()) >= 0;
  return {takes, log.complaint()};
}

}  // namespace rustcam
