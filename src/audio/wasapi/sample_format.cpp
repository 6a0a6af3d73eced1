#include "audio/wasapi/sample_format.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace rustcam::wasapi {
namespace {

constexpr std::uint32_t tag_pcm = 1;
constexpr std::uint32_t tag_float = 3;
constexpr std::uint32_t tag_extensible = 0xfffe;
/// Where the fields lie. The extension begins with the sub-format's GUID at its byte 6, whose first
/// four bytes are a tag and whose others are always these.
constexpr std::size_t plain_size = 18;
constexpr std::size_t sub_format_at = plain_size + 6;
constexpr std::size_t extensible_size = sub_format_at + 16;
constexpr std::array<unsigned char, 12> sub_format_rest{0x00, 0x00, 0x10, 0x00, 0x80, 0x00,
                                                        0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71};

std::uint32_t number(std::span<const std::byte> bytes, std::size_t at, std::size_t size) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= std::to_integer<std::uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}

struct Fields {
  std::uint32_t tag, channels, rate, bits;
};

std::optional<Fields> fields_of(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < plain_size) return std::nullopt;
  return Fields{number(bytes, 0, 2), number(bytes, 2, 2), number(bytes, 4, 4),
                number(bytes, 14, 2)};
}

/// A signed value of the last `size` bytes of 32 bits, so that every width has the same scale.
float scaled(const std::byte* value, std::size_t size) noexcept {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < size; ++i)
    bits |= std::to_integer<std::uint32_t>(value[i]) << (8 * (4 - size + i));
  return static_cast<float>(static_cast<std::int32_t>(bits)) / 2147483648.0F;
}

}  // namespace

std::size_t SampleFormat::value_bytes() const noexcept {
  switch (encoding) {
    case Encoding::pcm16:
      return 2;
    case Encoding::pcm24:
      return 3;
    case Encoding::float32:
    case Encoding::pcm32:
      return 4;
  }
  return 4;
}

std::optional<SampleFormat> parse_format(std::span<const std::byte> bytes) noexcept {
  auto fields = fields_of(bytes);
  if (!fields) return std::nullopt;
  if (fields->tag == tag_extensible) {
    if (bytes.size() < extensible_size ||
        std::memcmp(&bytes[sub_format_at + 4], sub_format_rest.data(), sub_format_rest.size()) != 0)
      return std::nullopt;
    fields->tag = number(bytes, sub_format_at, 4);
  }
  SampleFormat format;
  if (fields->tag == tag_float && fields->bits == 32)
    format.encoding = Encoding::float32;
  else if (fields->tag == tag_pcm && fields->bits == 16)
    format.encoding = Encoding::pcm16;
  else if (fields->tag == tag_pcm && fields->bits == 24)
    format.encoding = Encoding::pcm24;
  else if (fields->tag == tag_pcm && fields->bits == 32)
    format.encoding = Encoding::pcm32;
  else
    return std::nullopt;
  if (fields->rate < 8000 || fields->rate > 384000 || fields->channels < 1) return std::nullopt;
  format.rate = static_cast<int>(fields->rate);
  format.channels = static_cast<int>(fields->channels);
  // Its own idea of a frame must be ours: what is read lies in the system's memory.
  if (number(bytes, 12, 2) != format.frame_bytes()) return std::nullopt;
  return format;
}

std::string format_text(std::span<const std::byte> bytes) {
  const auto fields = fields_of(bytes);
  if (!fields) return "no format";
  std::array<char, 100> text{};
  std::snprintf(text.data(), text.size(), "tag 0x%04X, %u channels of %u bits, %u Hz", fields->tag,
                fields->channels, fields->bits, fields->rate);
  return text.data();
}

void to_floats(const SampleFormat& format, std::span<const std::byte> bytes,
               std::span<float> into) noexcept {
  const auto kept = static_cast<std::size_t>(format.kept_channels());
  const std::size_t size = format.value_bytes();
  const std::size_t frame = format.frame_bytes();
  const std::size_t frames = std::min(bytes.size() / frame, into.size() / kept);
  for (std::size_t n = 0; n < frames; ++n) {
    for (std::size_t channel = 0; channel < kept; ++channel) {
      const std::byte* value = &bytes[n * frame + channel * size];
      float& out = into[n * kept + channel];
      if (format.encoding == Encoding::float32)
        std::memcpy(&out, value, sizeof out);
      else
        out = scaled(value, size);
    }
  }
}

}  // namespace rustcam::wasapi
