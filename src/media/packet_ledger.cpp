#include "media/packet_ledger.h"

#include <algorithm>
#include <utility>

namespace rustcam {

void PacketTally::add(const PacketTally& more) noexcept {
  packets += more.packets;
  end = std::max(end, more.end);
  bytes += more.bytes;
}

void PacketLedger::set_held_end(StreamId stream, Ticks end) {
  PacketTally& held = at(stream).held;
  if (held.packets > 0) held.end = end;
}

void PacketLedger::release_held() noexcept {
  for (Stream& s : streams_) s.gathered.add(std::exchange(s.held, {}));
}

void PacketLedger::keep_gathered() noexcept {
  for (Stream& s : streams_) s.kept.add(std::exchange(s.gathered, {}));
}

void PacketLedger::forget_kept() noexcept {
  for (Stream& s : streams_) s.kept = {};
}

std::int64_t PacketLedger::held_bytes() const noexcept {
  std::int64_t bytes = 0;
  for (const Stream& s : streams_) bytes += s.held.bytes;
  return bytes;
}

std::int64_t PacketLedger::gathered_bytes() const noexcept {
  std::int64_t bytes = 0;
  for (const Stream& s : streams_) bytes += s.gathered.bytes;
  return bytes;
}

std::optional<Ticks> PacketLedger::early_end(StreamId stream, bool whole) const {
  const Stream& s = streams_[static_cast<std::size_t>(stream)];
  PacketTally there = s.kept;
  if (whole) {
    there.add(s.gathered);
    there.add(s.held);
  }
  return there.packets < s.given ? std::optional(there.end) : std::nullopt;
}

}  // namespace rustcam
