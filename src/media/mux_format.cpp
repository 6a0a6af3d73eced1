#include "media/mux_format.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <new>
#include <numeric>
#include <string>

#include "base/error.h"
#include "media/log_capture.h"

namespace rustcam {
namespace {

/// Ticks a second that are whole ticks of each stream, if such a number is small enough.
int common_ticks(const AVFormatContext& format) {
  std::int64_t common = format.streams[0]->time_base.den;
  for (unsigned i = 1; i < format.nb_streams; ++i)
    common = std::lcm(common, std::int64_t{format.streams[i]->time_base.den});
  return common <= std::numeric_limits<int>::max() ? static_cast<int>(common)
                                                   : format.streams[0]->time_base.den;
}

/// Players choose the first track of sound.
void describe_sound(AVFormatContext& format, const Container& container, const StreamInfo& info,
                    AVStream& stream) {
  bool first = true;
  for (unsigned i = 0; i + 1 < format.nb_streams; ++i)
    if (format.streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) first = false;
  // MP4's muxer makes tracks that are no default ones invisible to some players.
  if (first || container.layout == Layout::fragments) stream.disposition |= AV_DISPOSITION_DEFAULT;
  // FFmpeg 5.1 takes FLAC for an experiment in MP4; players do not.
  if (info.parameters->codec_id == AV_CODEC_ID_FLAC)
    format.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  if (info.title.empty()) return;
  av_dict_set(&stream.metadata, "title", info.title.c_str(), 0);
  if (container.layout == Layout::fragments)
    av_dict_set(&stream.metadata, "handler_name", info.title.c_str(), 0);
}

}  // namespace

FormatContextPtr make_format(const Container& container, AVIOContext* output) {
  const std::string name(container.muxer);
  AVFormatContext* format = nullptr;
  const LogCapture log;
  avformat_alloc_output_context2(&format, nullptr, name.c_str(), nullptr);
  if (format == nullptr) throw MediaError("FFmpeg here cannot write " + name);
  format->pb = output;
  format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  format->max_delay = 0;
  return FormatContextPtr(format);
}

void add_stream(AVFormatContext& format, const Container& container, const StreamInfo& info) {
  AVStream* stream = avformat_new_stream(&format, nullptr);
  if (stream == nullptr) throw std::bad_alloc();
  const int copied = avcodec_parameters_copy(stream->codecpar, info.parameters.get());
  if (copied < 0)
    throw MediaError("cannot describe the stream: " + av_error_text(copied), av_error_name(copied));
  // Only for raw video does the encoder's own code say more than the codec: the pixel format.
  if (info.parameters->codec_id != AV_CODEC_ID_RAWVIDEO || container.layout == Layout::fragments)
    stream->codecpar->codec_tag = 0;
  // FFmpeg's own choice, hev1, is for parameters that may change in the stream. Ours do not, and
  // QuickTime, Safari and iOS play hvc1 only.
  if (info.parameters->codec_id == AV_CODEC_ID_HEVC && container.layout == Layout::fragments)
    stream->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');
  stream->time_base = time_base(container, info.time_base);
  stream->avg_frame_rate = info.frame_rate;
  stream->r_frame_rate = info.frame_rate;
  stream->sample_aspect_ratio = info.parameters->sample_aspect_ratio;
  if (info.parameters->codec_type == AVMEDIA_TYPE_AUDIO)
    describe_sound(format, container, info, *stream);
}

void set_head_options(AVFormatContext& format, const Container& container,
                      const PieceOptions& pieces, Dictionary& options) {
  if (container.layout == Layout::fragments) {
    options.set("movie_timescale", std::to_string(common_ticks(format)));
    options.set("write_tmcd", "0");
  }
  if (pieces.fragments) {
    // Times in fragments count from 0, not from each stream's first packet, and are placed by us.
    options.set("movflags", "empty_moov+default_base_moof+frag_custom+skip_trailer+frag_discont");
    options.set("use_editlist", "0");
    format.avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  }
  if (container.layout == Layout::clusters) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(pieces.time).count();
    options.set("cluster_time_limit", std::to_string(std::max<std::int64_t>(milliseconds, 1)));
    if (pieces.live) options.set("live", "1");
  }
}

}  // namespace rustcam
