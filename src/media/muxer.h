// Packets into a container.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "media/container.h"
#include "media/ffmpeg.h"
#include "media/interleaver.h"
#include "media/mp4_samples.h"
#include "media/mux_output.h"
#include "media/packet_sink.h"

namespace rustcam {

struct MuxerSettings {
  const Container& container;
  std::optional<Duration> fragment;  ///< the longest part that a crash can cost; nullopt: any
};

/// Writes the packets of its streams, in the order of their times, to one file or pipe. MP4 and MOV
/// grow in fragments that play whatever happens, and become ordinary files at the end.
class Muxer final : public PacketSink {
 public:
  /// Writes the head. Throws MediaError, DiskFull, PipeClosed.
  Muxer(const MuxerSettings& settings, std::span<const StreamInfo> streams, File file);
  ~Muxer() override;
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  /// Throws DiskFull while there is still room for finish().
  void write(AVPacket& packet, StreamId stream) override;
  void end(StreamId stream, Ticks end) override;
  /// As FrameSink::idle.
  void idle();
  /// Makes the file whole and closes it: also after a failed write.
  void finish() override;

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
    Ticks last_shown = 0;   ///< when its last packet is shown
    Ticks end = 0;          ///< as end() said, or of its packets so far
    bool ended = false;
  };

  void add_stream(const StreamInfo& info);
  void write_head();
  std::int64_t tail() const noexcept;
  void write_due();
  void write_now(AVPacket& packet);
  bool place(AVPacket& packet, const Stream& stream) const;
  void choose_zero(const AVPacket& first);
  bool fragment_is_due(const AVPacket& packet, const Stream& stream) const;
  bool grows_in_pieces() const noexcept;
  void end_fragment();
  void commit();
  void commit_head();
  void write_trailer();
  void make_ordinary();
  void check(int result, const std::string& what);

  MuxerSettings settings_;
  MuxOutput output_;
  FormatContextPtr format_;
  std::vector<Stream> streams_;
  Interleaver interleaver_;
  bool fragments_ = false;  ///< MP4's family, in fragments
  bool finished_ = false;
  std::int64_t count_ = 0;  ///< of packets written
  std::int64_t fragment_bytes_ = 0;
  std::int64_t recent_bytes_ = 0;  ///< of about the last packets that an encoder holds back
  std::optional<Duration> fragment_start_;  ///< decoding time of its first packet
  TimePoint fragment_opened_{};
  TimePoint last_sync_{};
  std::vector<std::byte> movie_head_;  ///< the file's first `moov`
  std::int64_t free_box_ = 0;          ///< where the spare box stands
  mp4::SampleTable samples_;
};

}  // namespace rustcam
