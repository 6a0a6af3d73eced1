// `--timestamps`: one JSON line a slot.
#pragma once

#include <cstdint>
#include <string>

#include "platform/file.h"
#include "record/slot_queue.h"

namespace rustcam {

/// `n`, `slot_ns` and `presented_ns` (of the picture the slot holds) from slot 0, `wallclock`, and
/// `kind`. Throws MediaError, DiskFull.
class TimestampsWriter {
 public:
  TimestampsWriter(const std::string& path, bool overwrite);
  /// The slot stands `offset` after slot 0, which stands at `t0`.
  void write(std::int64_t n, Duration offset, TimePoint presented, SlotKind kind, TimePoint t0);
  /// Keeps the lines of the first `slots` slots, if a file can be cut.
  void close(std::int64_t slots);

 private:
  void flush();

  void cut(std::int64_t lines);

  File file_;
  std::int64_t lines_ = 0;
  std::string buffer_;
};

}  // namespace rustcam
