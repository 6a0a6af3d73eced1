// The bytes of a muxer on their way to a file or pipe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/background_sync.h"
#include "media/ffmpeg.h"
#include "platform/file.h"

namespace rustcam {

/// Gathers what a muxer writes and hands it on in whole pieces: a file ends at the end of a piece
/// whenever the program is killed or the disk is full. Space for an orderly end is set aside, so a
/// full disk is noticed while there is still room to finish.
class MuxOutput {
 public:
  /// Takes an open file or pipe. `random_access`: the muxer may go back and write again.
  MuxOutput(File file, bool random_access);
  ~MuxOutput() = default;
  MuxOutput(const MuxOutput&) = delete;
  MuxOutput& operator=(const MuxOutput&) = delete;

  /// For AVFormatContext::pb.
  AVIOContext* avio() noexcept { return avio_.get(); }
  /// What was gathered since the last commit; may be changed before the next, as long as nothing
  /// goes back.
  std::vector<std::byte>& pending();
  /// Writes the pending bytes, all or none. What a full disk or a pipe did not take is lost; after
  /// another failure they stay pending, and the next commit tries again. `tail`: bytes that an
  /// orderly end will need after them. `written` is then given them and where in the file they
  /// stand. Throws DiskFull, PipeClosed, MediaError.
  using Written = std::function<void(std::span<const std::byte> bytes, std::int64_t offset)>;
  void commit(std::int64_t tail, const Written& written = {});
  /// Writes to a pipe what its reader takes at once; the rest goes with the next commit. So a
  /// reader who takes nothing does not hold up whoever opens a recording.
  void commit_available();
  /// Writes past what the muxer knows of.
  void write_at(std::int64_t offset, std::span<const std::byte> bytes);
  /// Brings what is committed to the disk, now or soon.
  void sync();
  void sync_soon();
  /// Any thread: why what was written could not be brought to the
  /// disk, if that failed.
  std::optional<std::string> sync_failure() const {
    return background_sync_ ? background_sync_->failed() : std::nullopt;
  }
  /// Throws DiskFull, once, when the space set aside has to be touched: what was written so far is
  /// whole, and the end must be made now.
  void check_space();
  /// True after a piece was lost for good (no room for it, a reader that has gone, a failure inside
  /// the muxer): what the muxer believes about the file is wrong then, and nothing more is written.
  bool lost_piece() const noexcept { return lost_piece_; }
  /// False while what the muxer wrote is not in the file, be it lost or only late.
  bool whole() const noexcept { return !lost_piece_ && pending_.empty(); }
  /// Throws what a write inside the muxer threw.
  void rethrow();
  /// Cuts the file behind what was written, gives back the space set aside, and closes it.
  void close();
  /// As File::check_present.
  void check_present() const { file_.check_present(); }
  /// Instead of close(): nothing in it is worth keeping. As File::discard.
  void discard() noexcept;

  std::int64_t committed() const noexcept { return end_.load(std::memory_order_relaxed); }
  bool is_file() const noexcept { return file_.seekable(); }
  void interrupt() noexcept { file_.interrupt(); }

 private:
  static int write_packet(void* opaque, WrittenByte* data, int size) noexcept;
  static std::int64_t seek(void* opaque, std::int64_t offset, int whence) noexcept;
  void accept(std::span<const std::byte> bytes);
  void put_pending(std::int64_t tail);
  void lose_piece() noexcept;
  void set_space_aside(std::int64_t end, std::int64_t tail);

  File file_;
  std::unique_ptr<BackgroundSync> background_sync_;
  IoContextPtr avio_;
  std::vector<std::byte> pending_;
  std::int64_t pending_offset_ = 0;
  std::int64_t position_ = 0;  ///< where the muxer's next byte goes
  std::int64_t set_aside_until_ = 0;
  std::int64_t largest_piece_ = 0;
  std::atomic<std::int64_t> end_{0};  ///< of what was written
  bool random_access_;
  bool can_set_aside_ = false;
  bool lost_piece_ = false;
  bool out_of_space_ = false;
  std::exception_ptr space_warning_;
  std::exception_ptr failure_;
};

}  // namespace rustcam
