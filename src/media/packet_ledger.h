// Which packets of a recording are in its file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/packet_sink.h"

namespace rustcam {

/// Packets of one stream.
struct PacketTally {
  std::int64_t packets = 0;
  Ticks end = 0;           ///< when the last of them has been shown
  std::int64_t bytes = 0;  ///< with what a container adds to each, at most

  void add(const PacketTally& more) noexcept;
};

/// Follows packets on their way: a muxer holds them in its memory, or has made them bytes of the
/// piece that is being gathered; then that piece is in the file.
class PacketLedger {
 public:
  void add_stream() { streams_.emplace_back(); }

  /// A packet that is to come to the file.
  void given(StreamId stream) { ++at(stream).given; }
  /// The muxer took `one`, and holds it.
  void hold(StreamId stream, const PacketTally& one) { at(stream).held.add(one); }
  /// The muxer took `one`, and made it part of the piece.
  void gather(StreamId stream, const PacketTally& one) { at(stream).gathered.add(one); }
  /// The packets that are held, if any, are shown until `end`.
  void set_held_end(StreamId stream, Ticks end);
  /// What was held has become part of the piece.
  void release_held() noexcept;
  /// The piece is in the file.
  void keep_gathered() noexcept;
  /// The file tells that the stream lasts until `end`.
  void set_kept_end(StreamId stream, Ticks end) { at(stream).kept.end = end; }
  /// The file is gone.
  void forget_kept() noexcept;

  const PacketTally& kept(StreamId stream) const {
    return streams_[static_cast<std::size_t>(stream)].kept;
  }
  std::int64_t held_bytes() const noexcept;
  std::int64_t gathered_bytes() const noexcept;
  /// When the stream ends, if it does so early because packets are missing. `whole`: what is held
  /// and gathered will come to the file.
  std::optional<Ticks> early_end(StreamId stream, bool whole) const;

 private:
  struct Stream {
    std::int64_t given = 0;
    PacketTally held;
    PacketTally gathered;
    PacketTally kept;
  };
  Stream& at(StreamId stream) { return streams_[static_cast<std::size_t>(stream)]; }

  std::vector<Stream> streams_;
};

}  // namespace rustcam
