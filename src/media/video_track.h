// Pictures through an encoder into the packets of one stream.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/geometry.h"
#include "base/region.h"
#include "base/time.h"
#include "image/frame.h"
#include "media/encoder.h"
#include "media/in_flight.h"
#include "media/packet_sink.h"
#include "media/track_input.h"

namespace rustcam {

/// What a track has handed on so far.
struct TrackTotals {
  std::int64_t samples = 0;
  std::int64_t bytes = 0;
  Ticks end = 0;  ///< of the track once it is finished; before, of its last sample
};

/// A track counts time in slots. Confined to one thread at a time, but for hurry().
class VideoTrack {
 public:
  /// `input` makes of pictures, fitted into `picture`, what `encoder` takes.
  VideoTrack(std::unique_ptr<Encoder> encoder, std::unique_ptr<TrackInput> input, Size picture);

  /// For the sink that will take its packets. Throws MediaError.
  StreamInfo stream() const { return describe(encoder_->context()); }
  /// Says, once and before the first write(), where the packets go. The sink must outlive the
  /// track's last call.
  void connect(PacketSink& sink, StreamId id) noexcept;

  /// Before the first write(): another encoder may go on after a failure, so what this one has
  /// taken is held until its packet comes. `tells_end`: the file can tell that the track is longer
  /// than its samples are. `gaps`: slots are left out for which the last picture has to last.
  void hold_for_another(bool tells_end, bool gaps);

  /// As FrameSink::write.
  void write(const Frame& frame, const Region& damage, std::int64_t slot);
  /// Encodes what is left so that the track is `slots` long, and ends it in the sink: also after a
  /// failed write, then keeping what is there. Throws like write(). Idempotent.
  void finish(std::int64_t slots);
  /// The sink failed outside of write(): nothing more is encoded.
  void give_up() noexcept { failed_ = true; }
  /// As FrameSink's.
  bool hands_over() const noexcept { return in_flight_ && encoder_failed_; }
  Handover hand_over() const;
  void resume(const HeldPicture& picture);
  /// At the time of `slot`: where the track ends at the earliest, whatever happens.
  std::int64_t sure_end(std::int64_t slot) const;
  /// As FrameSink::hurry.
  void hurry() noexcept { hurried_ = true; }

  std::int64_t next_slot() const noexcept { return last_slot_ + 1; }
  Size picture_size() const noexcept { return picture_; }
  Size encoded_size() const noexcept;
  const TrackTotals& totals() const noexcept { return totals_; }
  /// Wall time of the last write's conversion and encoding, without the sink's.
  Duration last_encode_time() const noexcept { return last_encode_; }
  std::int64_t bytes_converted() const noexcept { return input_->bytes_converted(); }

 private:
  AVFrame& show(const Frame& frame, const Region& damage);
  void encode(std::int64_t slot);
  void drain();
  bool write_packet();
  bool receive();

  std::unique_ptr<TrackInput> input_;  ///< first: the encoder may know its textures to the end
  std::unique_ptr<Encoder> encoder_;
  Size picture_;
  PacketSink* sink_ = nullptr;
  StreamId id_ = 0;
  PacketPtr packet_;
  std::optional<InFlight> in_flight_;
  bool tells_end_ = true;
  Ticks last_end_ = 0;  ///< of the last packet
  FramePtr resumed_;
  AVFrame* last_frame_ = nullptr;
  std::int64_t last_slot_ = -1;
  std::int64_t asked_end_ = 0;  ///< of finish()
  TrackTotals totals_;
  std::atomic<bool> hurried_{false};
  bool failed_ = false;
  bool encoder_failed_ = false;
  bool finished_ = false;
  Duration last_encode_{};
  Duration spent_in_sink_{};
};

}  // namespace rustcam
