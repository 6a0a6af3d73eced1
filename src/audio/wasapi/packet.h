// What the system hands over at a time, and the block that we make of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/sound_source.h"
#include "audio/wasapi/sample_format.h"
#include "base/time.h"

namespace rustcam::wasapi {

/// AUDCLNT_BUFFERFLAGS_*
constexpr std::uint32_t flag_discontinuity = 1;
constexpr std::uint32_t flag_silent = 2;
constexpr std::uint32_t flag_timestamp_error = 4;

struct Packet {
  /// `frames` of the device's format; need not be there if it is silent.
  std::span<const std::byte> bytes;
  std::int64_t frames = 0;  ///< at least 1
  std::uint32_t flags = 0;
  TimePoint told{};          ///< when its first frame was made, as the system says
  TimePoint arrival{};       ///< when we took it
  std::int64_t waiting = 0;  ///< frames that the system had for us then, this packet's among them
};

enum class Road {
  loopback = 1,  ///< what is being played; the system may hand it over before it is heard
  input,         ///< what was recorded before it came to us
};

/// Packets of one device, in their order, into blocks.
class PacketReader {
 public:
  PacketReader(const SampleFormat& format, Road road) noexcept : format_(format), road_(road) {}
  /// The samples are copied: the block is valid until the next call.
  SoundBlock read(const Packet& packet);

 private:
  TimePoint made(const Packet& packet) const noexcept;
  Duration length(std::int64_t frames) const noexcept;

  SampleFormat format_;
  Road road_;
  bool first_ = true;
  std::vector<float> samples_;
};

}  // namespace rustcam::wasapi
