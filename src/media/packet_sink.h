// Where encoded packets go: tracks write to one, a muxer is one.
#pragma once

#include <cstdint>
#include <string>

#include "media/ffmpeg.h"

namespace rustcam {

/// A count of a stream's own time base: slots of a video, samples of a sound.
using Ticks = std::int64_t;
/// One of the streams that a sink was opened with, counted from 0.
using StreamId = int;

/// What a sink has to know of a stream before its first packet.
struct StreamInfo {
  CodecParametersPtr parameters;
  AVRational time_base{0, 1};   ///< seconds that a tick of its packets lasts
  AVRational frame_rate{0, 1};  ///< of video; 0 for sound
  std::string title{};          ///< for people; may be empty
};

/// The stream of an encoder that is open. Throws MediaError.
StreamInfo describe(const AVCodecContext& encoder);

/// Takes the packets of any number of streams. Time 0 is the same moment in all of them. Confined
/// to one thread at a time.
class PacketSink {
 public:
  virtual ~PacketSink() = default;
  /// Takes over `packet`, whose times are ticks of `stream`; its decoding times grow from packet to
  /// packet. Blocks while the file or its reader is slow. Throws MediaError, DiskFull, PipeClosed,
  /// SizeReached; after a throw, only end() and finish() may follow, or packets that an encoder
  /// still holds.
  virtual void write(AVPacket& packet, StreamId stream) = 0;
  /// No more packets of `stream` will come; it lasts until `end`. Throws like write().
  virtual void end(StreamId stream, Ticks end) = 0;
  /// No more packets at all. A stream that was not ended lasts as long as its packets. Throws like
  /// write().
  virtual void finish() = 0;
};

}  // namespace rustcam
