#include "audio/wasapi/sample_format.h"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace rustcam;
using namespace rustcam::wasapi;

namespace {

void put(std::vector<std::byte>& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

/// A WAVEFORMATEX.
std::vector<std::byte> plain(std::uint32_t tag, std::uint32_t channels, std::uint32_t rate,
                             std::uint32_t bits, std::uint32_t extra = 0) {
  std::vector<std::byte> bytes;
  const std::uint32_t frame = channels * bits / 8;
  put(bytes, tag, 2);
  put(bytes, channels, 2);
  put(bytes, rate, 4);
  put(bytes, rate * frame, 4);
  put(bytes, frame, 2);
  put(bytes, bits, 2);
  put(bytes, extra, 2);
  return bytes;
}

/// A WAVEFORMATEXTENSIBLE, with KSDATAFORMAT_SUBTYPE_PCM or _IEEE_FLOAT.
std::vector<std::byte> extensible(std::uint32_t sub_format, std::uint32_t channels,
                                  std::uint32_t rate, std::uint32_t bits, std::uint32_t valid) {
  auto bytes = plain(0xfffe, channels, rate, bits, 22);
  put(bytes, valid, 2);
  put(bytes, 3, 4);
  put(bytes, sub_format, 4);
  for (const int byte : {0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71})
    bytes.push_back(static_cast<std::byte>(byte));
  return bytes;
}

std::vector<float> floats(Encoding encoding, int channels, const std::vector<std::byte>& bytes) {
  const SampleFormat format{encoding, 48000, channels};
  std::vector<float> out(bytes.size() / format.frame_bytes() *
                         static_cast<std::size_t>(format.kept_channels()));
  to_floats(format, bytes, out);
  return out;
}

}  // namespace

TEST_CASE("the formats that Windows mixes in are read") {
  const auto mixed = parse_format(extensible(3, 2, 48000, 32, 32));
  REQUIRE(mixed);
  CHECK(mixed->encoding == Encoding::float32);
  CHECK(mixed->rate == 48000);
  CHECK(mixed->channels == 2);
  CHECK(mixed->frame_bytes() == 8);
  CHECK(parse_format(plain(1, 1, 16000, 16))->encoding == Encoding::pcm16);
  CHECK(parse_format(plain(3, 2, 44100, 32))->encoding == Encoding::float32);
  CHECK(parse_format(extensible(1, 6, 96000, 24, 24))->frame_bytes() == 18);
  CHECK(parse_format(extensible(1, 2, 48000, 32, 24))->encoding == Encoding::pcm32);
}

TEST_CASE("a format that is not read is told apart") {
  CHECK_FALSE(parse_format(plain(2, 2, 48000, 16)));
  CHECK_FALSE(parse_format(plain(3, 2, 48000, 64)));
  CHECK_FALSE(parse_format(plain(1, 2, 48000, 8)));
  CHECK_FALSE(parse_format(plain(1, 0, 48000, 16)));
  CHECK_FALSE(parse_format(plain(1, 2, 7999, 16)));
  CHECK_FALSE(parse_format(plain(1, 2, 384001, 16)));
  CHECK_FALSE(parse_format({}));
  auto bytes = extensible(3, 2, 48000, 32, 32);
  bytes.pop_back();
  CHECK_FALSE(parse_format(bytes));
  bytes.push_back(std::byte{0x70});  // another GUID
  CHECK_FALSE(parse_format(bytes));
  auto frame = plain(1, 2, 48000, 16);
  frame[12] = std::byte{3};  // bytes of a frame that do not go with the rest
  CHECK_FALSE(parse_format(frame));
}

TEST_CASE("whatever the bytes, a format is one that sources may have") {
  std::mt19937 random(3);
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  for (int round = 0; round < 20000; ++round) {
    auto bytes = extensible(below(4), below(10), 8000 * below(50), 8 * below(5), 24);
    bytes.resize(random() % (bytes.size() + 1));
    if (!bytes.empty() && random() % 2 == 0)
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    const auto format = parse_format(bytes);
    if (!format) continue;
    CHECK(format->rate >= 8000);
    CHECK(format->rate <= 384000);
    CHECK(format->kept_channels() >= 1);
    CHECK(format->kept_channels() <= 8);
  }
}

TEST_CASE("a format that is refused can be told to a person") {
  CHECK(format_text(plain(6, 2, 48000, 64)) == "tag 0x0006, 2 channels of 64 bits, 48000 Hz");
  CHECK(format_text({}) == "no format");
}

TEST_CASE("every width has the same full scale") {
  std::vector<std::byte> bytes;
  for (const std::uint32_t value : {0x0000U, 0x4000U, 0x8000U, 0xffffU}) put(bytes, value, 2);
  CHECK(floats(Encoding::pcm16, 1, bytes) == std::vector{0.0F, 0.5F, -1.0F, -1.0F / 32768});
  bytes.clear();
  for (const std::uint32_t value : {0x000000U, 0x400000U, 0x800000U, 0xffffffU})
    put(bytes, value, 3);
  CHECK(floats(Encoding::pcm24, 2, bytes) == std::vector{0.0F, 0.5F, -1.0F, -1.0F / 8388608});
  bytes.clear();
  for (const std::uint32_t value : {0x40000000U, 0x80000000U}) put(bytes, value, 4);
  CHECK(floats(Encoding::pcm32, 1, bytes) == std::vector{0.5F, -1.0F});
  bytes.clear();
  for (const float value : {0.25F, -1.5F}) put(bytes, std::bit_cast<std::uint32_t>(value), 4);
  CHECK(floats(Encoding::float32, 2, bytes) == std::vector{0.25F, -1.5F});
}

TEST_CASE("of more than eight channels the first eight are kept") {
  std::vector<std::byte> bytes;
  for (std::uint32_t frame = 0; frame < 2; ++frame)
    for (std::uint32_t channel = 0; channel < 10; ++channel)
      put(bytes, (frame * 16 + channel) << 8, 2);
  const auto kept = floats(Encoding::pcm16, 10, bytes);
  REQUIRE(kept.size() == 16);
  CHECK(kept[7] == 7.0F / 128);
  CHECK(kept[8] == 16.0F / 128);
}
