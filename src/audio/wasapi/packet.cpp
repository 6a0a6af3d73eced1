#include "audio/wasapi/packet.h"

#include <algorithm>
#include <chrono>

namespace rustcam::wasapi {
namespace {

using namespace std::chrono_literals;

/// How far a time may be from the moment at which its packet came. There are drivers that tell 0,
/// or count something else, and set no flag.
constexpr Duration oldest = 10s;
constexpr Duration newest = 1s;

}  // namespace

Duration PacketReader::length(std::int64_t frames) const noexcept {
  return Duration(frames * std::int64_t{1'000'000'000} / format_.rate);
}

TimePoint PacketReader::made(const Packet& packet) const noexcept {
  const bool wrong = (packet.flags & flag_timestamp_error) != 0 ||
                     packet.told < packet.arrival - oldest || packet.told > packet.arrival + newest;
  // What is in the buffer of an input has all been heard before we came.
  const TimePoint at_most = packet.arrival - length(std::max(packet.waiting, packet.frames));
  if (wrong) return at_most;
  return road_ == Road::input ? std::min(packet.told, at_most) : packet.told;
}

SoundBlock PacketReader::read(const Packet& packet) {
  SoundBlock block;
  block.frames = packet.frames;
  block.made = made(packet);
  // Most devices flag their first packet: nothing comes before it.
  block.broken = !first_ && (packet.flags & flag_discontinuity) != 0;
  first_ = false;
  if ((packet.flags & flag_silent) != 0) return block;
  samples_.resize(static_cast<std::size_t>(packet.frames * format_.kept_channels()));
  to_floats(format_, packet.bytes, samples_);
  block.samples = samples_;
  return block;
}

}  // namespace rustcam::wasapi
