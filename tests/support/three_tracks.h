// Two videos of different rates and a sound, as a recording with several tracks has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/muxer.h"
#include "media/packet_sink.h"
#include "media/video_track.h"

namespace rustcam::test {

/// A packet as a sink was given it; times are ticks of its stream.
struct Given {
  Ticks pts = 0;
  Ticks dts = 0;
  Ticks duration = 0;
  std::vector<std::uint8_t> bytes;
};

struct GivenStream {
  AVRational time_base{0, 1};
  AVCodecID codec = AV_CODEC_ID_NONE;
  std::vector<Given> packets;
  Ticks end = 0;
};

/// Notes all that it is given, and hands it on.
class NotingSink final : public PacketSink {
 public:
  NotingSink(PacketSink& next, const std::vector<StreamInfo>& streams);
  void write(AVPacket& packet, StreamId stream) override;
  void end(StreamId stream, Ticks end) override;
  void finish() override { next_.finish(); }
  const std::vector<GivenStream>& streams() const noexcept { return streams_; }

 private:
  PacketSink& next_;
  std::vector<GivenStream> streams_;
};

/// AAC of a made-up tone, 48 kHz. Its first packets lie before 0, since the encoder warms up.
class ToneTrack {
 public:
  /// The tone begins at `start`, in samples.
  explicit ToneTrack(Ticks start);
  StreamInfo stream() const { return describe(*encoder_); }
  void connect(PacketSink& sink, StreamId id) noexcept;
  /// Encodes up to sample `until`, counted as `start` is.
  void write(Ticks until);
  void finish(Ticks end);

 private:
  void receive();

  CodecContextPtr encoder_;
  FramePtr frame_;
  PacketPtr packet_;
  PacketSink* sink_ = nullptr;
  StreamId id_ = 0;
  Ticks next_;
};

/// Stream 0: 60 pictures a second in H.264, with a delay. Stream 1: 24000/1001 in MPEG-4, with
/// pictures that are decoded in another order than shown. Stream 2: the tone.
class ThreeTracks {
 public:
  static constexpr int sample_rate = 48000;
  /// For a file whose container `path` names. The tone begins at `tone_start`.
  explicit ThreeTracks(const std::string& path, Ticks tone_start = 0);
  std::vector<StreamInfo> streams() const;
  /// All tracks in turn, a slot of stream 0 each, through `sink`, which is finished then.
  void write(PacketSink& sink, int slots);

  const VideoTrack& video(std::size_t number) const { return *videos_.at(number); }

 private:
  std::vector<std::unique_ptr<VideoTrack>> videos_;
  ToneTrack tone_;
};

}  // namespace rustcam::test
