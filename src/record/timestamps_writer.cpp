#include "record/timestamps_writer.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/error.h"
#include "platform/wall_clock.h"

namespace rustcam {

namespace {

constexpr std::size_t flush_above = 32 * 1024;
constexpr std::size_t most_waiting = std::size_t{16} << 20;
/// What is waited for at a time, so that it is seen that a slow reader takes something.
constexpr std::size_t waited_for = 1024;

const char* text(SlotKind kind) {
  switch (kind) {
    case SlotKind::fresh:
      return "fresh";
    case SlotKind::pointer:
      return "pointer";
    case SlotKind::repeated:
      break;
  }
  return "repeated";
}

}  // namespace

TimestampsWriter::TimestampsWriter(const std::string& path, bool overwrite)
    : file_(File::create(path, overwrite)), flush_at_(flush_above) {}

void TimestampsWriter::write(std::int64_t n, Duration offset, TimePoint presented, SlotKind kind,
                             TimePoint t0) {
  buffer_ += "{\"n\":" + std::to_string(n) + ",\"slot_ns\":" + std::to_string(offset.count()) +
             ",\"presented_ns\":" + std::to_string((presented - t0).count()) + ",\"wallclock\":\"" +
             iso8601_utc(t0 + offset) + "\",\"kind\":\"" + text(kind) + "\"}\n";
  if (buffer_.size() > flush_at_) flush(most_waiting);
}

/// Leaves at most `may_wait` bytes for later.
void TimestampsWriter::flush(std::size_t may_wait) {
  waiting_ = true;
  std::size_t taken = 0;
  const auto count = [&](std::size_t more) {
    taken += more;
    written_.fetch_add(static_cast<std::int64_t>(more), std::memory_order_relaxed);
  };
  try {
    const auto bytes = std::as_bytes(std::span(buffer_));
    count(file_.write_available(bytes));
    while (bytes.size() - taken > may_wait) {
      const auto next = bytes.subspan(taken, std::min(waited_for, bytes.size() - taken));
      file_.write(next, [] { return false; });
      count(next.size());
      count(file_.write_available(bytes.subspan(taken)));
    }
  } catch (const PipeClosed&) {
    waiting_ = false;
    if (!interrupted_) throw;
    taken = buffer_.size();
  }
  waiting_ = false;
  buffer_.erase(0, taken);
  flush_at_ = buffer_.size() + flush_above;
}

void TimestampsWriter::interrupt() noexcept {
  interrupted_ = true;
  file_.interrupt();
}

void TimestampsWriter::close() {
  flush(0);
  file_.close();
}

}  // namespace rustcam
