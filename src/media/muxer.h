// Packets into a container.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/rational.h"
#include "base/time.h"
#include "media/container.h"
#include "media/ffmpeg.h"
#include "media/mp4_samples.h"
#include "media/mux_output.h"

namespace rustcam {

struct MuxerSettings {
  const Container& container;
  Rational fps;
  std::optional<Duration> fragment;  ///< the longest part that a crash can cost; nullopt: any
};

/// Writes the packets of its encoders, any number of them, to one file or pipe. MP4 and MOV grow in
/// fragments that play whatever happens, and become ordinary files at the end.
class Muxer {
 public:
  /// Writes the head. Throws MediaError, DiskFull, PipeClosed.
  Muxer(const MuxerSettings& settings, std::span<const AVCodecContext* const> streams, File file);
  ~Muxer();
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  /// Takes over `packet`, whose times count slots. Blocks while the reader of a pipe does. Throws
  /// DiskFull while there is still room for finish(), PipeClosed, MediaError.
  void write(AVPacket& packet, int stream);
  /// Makes the file whole and closes it; it lasts `slots`. Also after a failed write. Throws like
  /// write().
  void finish(std::int64_t slots);

  std::int64_t bytes_written() const noexcept { return output_.committed(); }
  /// Any thread: ends the waiting for a pipe's reader, as File::interrupt.
  void interrupt() noexcept { output_.interrupt(); }

 private:
  std::int64_t ticks(std::int64_t slots) const;
  std::int64_t tail() const noexcept;
  bool fragment_is_due(const AVPacket& packet) const;
  void end_fragment();
  void commit();
  void commit_head();
  void make_ordinary(std::int64_t slots);
  void check(int result, const std::string& what);

  MuxerSettings settings_;
  MuxOutput output_;
  FormatContextPtr format_;
  std::vector<AVRational> time_bases_;  ///< of each stream's packets
  bool fragments_ = false;              ///< MP4's family, in fragments
  bool finished_ = false;
  std::int64_t count_ = 0;
  std::int64_t fragment_bytes_ = 0;
  std::int64_t recent_bytes_ = 0;  ///< of about the last pictures that an encoder holds back
  std::optional<std::int64_t> fragment_start_;  ///< slot of its first packet
  TimePoint fragment_opened_{};
  TimePoint last_sync_{};
  std::vector<std::byte> movie_head_;  ///< the file's first `moov`
  std::int64_t free_box_ = 0;          ///< where the spare box stands
  mp4::SampleTable samples_;
};

}  // namespace rustcam
