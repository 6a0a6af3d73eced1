// Packets into a container.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "media/container.h"
#include "media/ffmpeg.h"
#include "media/growing_movie.h"
#include "media/interleaver.h"
#include "media/mux_output.h"
#include "media/output_plan.h"
#include "media/packet_ledger.h"
#include "media/packet_sink.h"

namespace rustcam {

struct MuxerSettings {
  const Container& container;
  std::optional<Duration> fragment;  ///< the longest part that a crash can cost; nullopt: any
  std::optional<SizeLimit> limit{};
};

/// Writes the packets of its streams, in the order of their times, to one file or pipe. MP4 and MOV
/// grow in fragments that play whatever happens, and become ordinary files at the end. Knows which
/// packets are in the file.
class Muxer final : public PacketSink {
 public:
  /// Writes the head. Throws MediaError, DiskFull, PipeClosed, and removes the file then.
  Muxer(const MuxerSettings& settings, std::span<const StreamInfo> streams, File file);
  ~Muxer() override;
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  /// Throws DiskFull while there is still room for finish(). After a lost piece nothing more is
  /// taken, as it could not be played.
  void write(AVPacket& packet, StreamId stream) override;
  void end(StreamId stream, Ticks end) override;
  /// As FrameSink::idle.
  void idle();
  /// Makes the file whole and closes it: also after a failed write. Removes a file without packets
  /// of stream 0, which is the pictures'.
  void finish() override;

  /// What of a stream is in the file: of whole pieces that were written.
  const PacketTally& kept(StreamId stream) const { return ledger_.kept(stream); }
  /// False once finish() has removed the file.
  bool file_stays() const noexcept { return !discarded_; }

  std::int64_t bytes_written() const noexcept { return output_.committed(); }
  /// Any thread: as FrameSink::sync_failure.
  std::optional<std::string> sync_failure() const { return output_.sync_failure(); }
  /// Any thread: ends the waiting for a pipe's reader, as File::interrupt.
  void interrupt() noexcept { output_.interrupt(); }

 private:
  struct Stream {
    AVRational packets{};   ///< time base of its packets
    AVRational file{};      ///< and of what is in the file
    std::int64_t zero = 0;  ///< file's ticks at which time 0 stands
    std::int64_t next = 0;  ///< the earliest decoding time, in file's ticks, of its next packet
    Ticks last_shown = 0;   ///< when its last packet is shown
    Ticks end = 0;          ///< as end() said, or of its packets so far
    bool ended = false;
  };

  void open(std::span<const StreamInfo> streams);
  void write_head(std::span<const StreamInfo> streams);
  std::int64_t tail_end() const noexcept;
  std::int64_t tail() const noexcept;
  void write_due();
  void write_now(AVPacket& packet);
  void place(AVPacket& packet, Stream& stream) const;
  bool has_room_for(const AVPacket& packet) const;
  void note_written(StreamId stream, const PacketTally& one, bool pushed_out);
  bool needs_its_end() const noexcept;
  bool holds_last_packet() const noexcept;
  void put_pieces();
  void check_present();
  void end_with_what_is_there();
  void keep_ends();
  bool fragment_is_due(const AVPacket& packet, const Stream& stream) const;
  bool grows_in_pieces() const noexcept;
  void end_fragment();
  void commit();
  void write_piece();
  void commit_head();
  void write_trailer();
  void make_ordinary();
  void check(int result, const std::string& what);

  MuxerSettings settings_;
  MuxOutput output_;
  FormatContextPtr format_;
  std::vector<Stream> streams_;
  PacketLedger ledger_;
  Interleaver interleaver_;
  bool fragments_ = false;  ///< MP4's family, in fragments
  bool finished_ = false;
  bool discarded_ = false;
  bool has_picture_ = false;
  bool full_ = false;       ///< a packet had no room under the limit
  std::int64_t count_ = 0;  ///< of packets written
  std::int64_t fragment_bytes_ = 0;
  std::int64_t recent_bytes_ = 0;  ///< of about the last packets that an encoder holds back
  std::optional<Duration> fragment_start_;  ///< decoding time of its first packet
  TimePoint fragment_opened_{};
  TimePoint last_sync_{};
  GrowingMovie movie_;
};

}  // namespace rustcam
