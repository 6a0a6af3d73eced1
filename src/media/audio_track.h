// Sound through an encoder into the packets of one stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audio/sound_feed.h"
#include "base/rational.h"
#include "media/ffmpeg.h"
#include "media/log_capture.h"
#include "media/open_sink.h"
#include "media/packet_sink.h"
#include "media/sink.h"

namespace rustcam {

/// A track counts time in samples from slot 0 of its file. Confined to one thread at a time, but
/// for hurry().
class AudioTrack {
 public:
  /// Opens the encoder of `plan`. `title`: for people. Throws MediaError.
  AudioTrack(const OutputPlan& plan, std::string title, const SoundInput& input);

  /// For the sink that will take its packets. Its encoder may begin before 0. Throws MediaError.
  StreamInfo stream() const;
  /// As VideoTrack::connect.
  void connect(PacketSink& sink, StreamId id) noexcept;

  /// Writes the sound that is there already, up to the time of the file's `slot`. Never waits for
  /// sound. Throws MediaError and what the sink throws; after that, only finish() may follow.
  void take(std::int64_t slot);
  /// Waits for the sound up to the file's slot `slots`, where the track ends, and ends it in the
  /// sink: also after a failure, then with what is there. Throws like take(). Idempotent.
  void finish(std::int64_t slots);
  /// As VideoTrack::give_up.
  void give_up() noexcept { failed_ = true; }
  /// Any thread: sound that is on its way is not waited for.
  void hurry() noexcept { feed_.hurry(); }
  /// But for the samples.
  AudioTrackReport report() const;

 private:
  SoundTime time_of(std::int64_t slot) const noexcept;
  void encode(int count);
  void send(const AVFrame* frame);
  bool receive();
  void check(int result, const LogCapture& log);
  void write_packets();
  bool cut(AVPacket& packet) const;

  CodecContextPtr encoder_;
  std::string title_;
  SoundFeed& feed_;
  Rational fps_;
  std::int64_t first_slot_;
  SoundTime zero_;  ///< in the feed's time
  int frame_size_;  ///< samples that the encoder takes at a time
  std::vector<float> sound_;
  FramePtr frame_;
  PacketPtr packet_;
  PacketSink* sink_ = nullptr;
  StreamId id_ = 0;
  Ticks next_ = 0;       ///< the first sample that was not encoded yet
  Ticks given_end_ = 0;  ///< of the packets that the sink has got
  std::optional<Ticks> end_;
  bool failed_ = false;
  bool finished_ = false;
};

}  // namespace rustcam
