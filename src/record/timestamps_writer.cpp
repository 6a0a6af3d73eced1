#include "record/timestamps_writer.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

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
  ++lines_;
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

/// Takes `lines` off the end of what is in the file.
void TimestampsWriter::cut(std::int64_t lines) {
  std::int64_t begin = file_.size();
  std::vector<std::byte> block(flush_above);
  for (std::int64_t end = begin; lines >= 0 && end > 0; end = begin) {
    begin = std::max<std::int64_t>(end - static_cast<std::int64_t>(block.size()), 0);
    const std::size_t got =
        file_.read_at(begin, std::span(block).first(static_cast<std::size_t>(end - begin)));
    for (std::size_t i = got; i-- > 0;) {
      // The first one met ends the last line that is taken off.
      if (block[i] != std::byte{'\n'} || lines-- > 0) continue;
      return file_.truncate(begin + static_cast<std::int64_t>(i) + 1);
    }
  }
  file_.truncate(0);
}

void TimestampsWriter::close(std::int64_t slots) {
  flush(0);
  if (slots < lines_ && file_.seekable()) cut(lines_ - slots);
  file_.close();
}

}  // namespace rustcam
