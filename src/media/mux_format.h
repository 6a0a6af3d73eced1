// What FFmpeg's muxers are told of a file before its first packet.
#pragma once

#include "base/time.h"
#include "media/container.h"
#include "media/ffmpeg.h"
#include "media/packet_sink.h"

namespace rustcam {

/// A muxer for `container` that writes to `output`, which outlives it. Throws MediaError.
FormatContextPtr make_format(const Container& container, AVIOContext* output);

/// Throws MediaError.
void add_stream(AVFormatContext& format, const Container& container, const StreamInfo& info);

struct PieceOptions {
  bool fragments = false;  ///< MP4's family, in fragments
  bool live = false;       ///< nobody goes back to correct what was written
  Duration time{};         ///< what a cluster holds at most
};
/// Once all streams are there: the options of `container` for writing its head into `options`.
void set_head_options(AVFormatContext& format, const Container& container,
                      const PieceOptions& pieces, Dictionary& options);

}  // namespace rustcam
