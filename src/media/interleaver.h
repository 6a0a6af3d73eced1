// The packets of several streams in the order of their times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/time.h"
#include "media/packet_sink.h"

namespace rustcam {

/// Holds a packet back until each other stream has one that is decoded later, or has ended: then
/// nothing earlier can come. How much it holds has limits, so a stream that is silent for long
/// delays the others for a while only; its next packet is then out of order. A single stream is
/// never held back.
class Interleaver {
 public:
  /// `time_bases` of the streams. `longest`: from the decoding time of the earliest packet held to
  /// that of the latest one.
  Interleaver(const std::vector<AVRational>& time_bases, Duration longest);

  /// Takes over a packet of stream `packet.stream_index`, without a copy of its data.
  void add(AVPacket& packet);
  void end(StreamId stream) { queues_[static_cast<std::size_t>(stream)].ended = true; }
  void end_all();
  /// The packet that is next, for the caller to empty; null if none is due. Valid until the next
  /// call.
  AVPacket* next();
  /// Of the packets held.
  std::int64_t bytes() const noexcept { return bytes_; }

 private:
  struct Queue {
    AVRational time_base;
    std::deque<PacketPtr> packets;
    bool ended = false;
  };
  Queue* earliest();
  bool is_due(const Queue& earliest) const;

  std::vector<Queue> queues_;
  Duration longest_;
  Duration latest_ = Duration::min();  ///< decoding time of all packets so far
  std::int64_t bytes_ = 0;
  std::vector<PacketPtr> spare_;
  PacketPtr given_;
};

}  // namespace rustcam
