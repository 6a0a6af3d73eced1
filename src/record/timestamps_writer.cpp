#include "record/timestamps_writer.h"

#include <cstddef>
#include <span>

#include "platform/wall_clock.h"

namespace rustcam {

namespace {

constexpr std::size_t flush_above = 32 * 1024;

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
    : file_(File::create(path, overwrite)) {}

void TimestampsWriter::write(std::int64_t n, Duration offset, TimePoint presented, SlotKind kind,
                             TimePoint t0) {
  buffer_ += "{\"n\":" + std::to_string(n) + ",\"slot_ns\":" + std::to_string(offset.count()) +
             ",\"presented_ns\":" + std::to_string((presented - t0).count()) + ",\"wallclock\":\"" +
             iso8601_utc(t0 + offset) + "\",\"kind\":\"" + text(kind) + "\"}\n";
  if (buffer_.size() > flush_above) flush();
}

void TimestampsWriter::flush() {
  file_.write(std::as_bytes(std::span(buffer_)));
  buffer_.clear();
}

void TimestampsWriter::close() {
  flush();
  file_.close();
}

}  // namespace rustcam
