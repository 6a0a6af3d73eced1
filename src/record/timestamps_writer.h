// `--timestamps`: one JSON line a slot.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/file.h"
#include "record/slot_queue.h"

namespace rustcam {

/// `n`, `slot_ns` and `presented_ns` (of the picture the slot holds) from slot 0, `wallclock`, and
/// `kind`. A slow reader of a pipe holds nothing up before 16 MB wait for it. Throws MediaError,
/// DiskFull, PipeClosed.
class TimestampsWriter {
 public:
  TimestampsWriter(const std::string& path, bool overwrite);
  /// The slot stands `offset` after slot 0, which stands at `t0`.
  void write(std::int64_t n, Duration offset, TimePoint presented, SlotKind kind, TimePoint t0);
  void close();

  /// Any thread: so many bytes were taken.
  std::int64_t bytes_written() const noexcept { return written_.load(std::memory_order_relaxed); }
  /// Any thread: true while write() or close() waits for a reader.
  bool waiting() const noexcept { return waiting_.load(std::memory_order_relaxed); }
  /// Any thread: what a reader has not taken is given up, now and later, and nothing thrown.
  void interrupt() noexcept;

 private:
  void flush(std::size_t may_wait);

  File file_;
  std::string buffer_;
  std::size_t flush_at_;
  std::atomic<std::int64_t> written_{0};
  std::atomic<bool> waiting_{false};
  std::atomic<bool> interrupted_{false};
};

}  // namespace rustcam
