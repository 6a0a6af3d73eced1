// How the sound system lays out its samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace rustcam::wasapi {

/// A value of one channel; all are little-endian and signed.
enum class Encoding { float32 = 1, pcm16, pcm24, pcm32 };

struct SampleFormat {
  Encoding encoding = Encoding::float32;
  int rate = 0;      ///< frames a second, 8000 to 384000
  int channels = 0;  ///< of the device, at least 1
  /// We keep the first eight of a device that has more.
  int kept_channels() const noexcept { return channels < 8 ? channels : 8; }
  std::size_t value_bytes() const noexcept;
  std::size_t frame_bytes() const noexcept {
    return value_bytes() * static_cast<std::size_t>(channels);
  }
};

/// A WAVEFORMATEX or WAVEFORMATEXTENSIBLE with all that belongs to it; nullopt if it is no format
/// that we read.
std::optional<SampleFormat> parse_format(std::span<const std::byte> bytes) noexcept;

/// The same bytes for a message: "tag 0xFFFE, 2 channels of 64 bits, 48000 Hz".
std::string format_text(std::span<const std::byte> bytes);

/// The kept channels of frames that lie in `bytes`, as floats; `into` has room for exactly these.
void to_floats(const SampleFormat& format, std::span<const std::byte> bytes,
               std::span<float> into) noexcept;

}  // namespace rustcam::wasapi
