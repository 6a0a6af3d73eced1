#include "media/matroska_trial.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>

#include "base/error.h"
#include "media/log_capture.h"
#include "media/mux_format.h"
#include "media/nowhere.h"

namespace rustcam {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Elements of Matroska (RFC 9559).
constexpr std::uint64_t segment = 0x18538067;
constexpr std::uint64_t tracks = 0x1654AE6B;
constexpr std::uint64_t track_entry = 0xAE;
constexpr std::uint64_t codec_delay = 0x56AA;
constexpr std::uint64_t cluster = 0x1F43B675;
constexpr std::uint64_t cluster_time = 0xE7;
constexpr std::uint64_t block_group = 0xA0;
constexpr std::uint64_t block = 0xA1;
constexpr std::uint64_t simple_block = 0xA3;

std::uint64_t number(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t b : bytes) value = value << 8 | b;
  return value;
}

/// How many bytes an element's name or size has is told by the zero bits before its first one.
std::size_t length_of(std::uint8_t first) {
  std::size_t length = 1;
  for (int bit = 7; bit > 0 && (first >> bit & 1) == 0; --bit) ++length;
  return length;
}

/// Calls `found` with each element of `bytes`; an unknown size reaches to the end.
void walk(Bytes bytes, const std::function<void(std::uint64_t id, Bytes content)>& found) {
  while (bytes.size() > 1) {
    const std::size_t id_length = std::min(length_of(bytes[0]), bytes.size() - 1);
    const std::uint64_t id = number(bytes.first(id_length));
    bytes = bytes.subspan(id_length);
    const std::size_t length = std::min(length_of(bytes[0]), bytes.size());
    const std::uint64_t mask = (std::uint64_t{1} << (7 * length)) - 1;
    const std::uint64_t size = number(bytes.first(length)) & mask;
    bytes = bytes.subspan(length);
    const auto content = static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes.size()));
    found(id, bytes.first(content));
    bytes = bytes.subspan(content);
  }
}

struct Answer {
  bool told = false;
  bool has_block = false;
  std::int64_t time = 0;  ///< of the block
};

void read_answer(Bytes bytes, Answer& answer) {
  walk(bytes, [&](std::uint64_t id, Bytes content) {
    switch (id) {
      case segment:
      case tracks:
      case track_entry:
      case cluster:
      case block_group:
        return read_answer(content, answer);
      case codec_delay:
        answer.told = number(content) > 0;
        return;
      case cluster_time:
        answer.time += static_cast<std::int64_t>(number(content));
        return;
      case block:
      case simple_block:
        if (content.size() < 3) return;
        answer.has_block = true;
        // Behind the track's number, 16 bits with a sign.
        answer.time += static_cast<std::int16_t>(number(content.subspan(1, 2)));
        return;
      default:
        return;
    }
  });
}

}  // namespace

SoundStart try_sound_start(const Container& container, const StreamInfo& sound) {
  const auto check = [](int result) {
    if (result < 0)
      throw MediaError("cannot try the muxer: " + av_error_text(result), av_error_name(result));
  };
  const LogCapture log;
  Nowhere nowhere;
  const FormatContextPtr format = make_format(container, nowhere.io());
  add_stream(*format, container, sound);
  format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  Dictionary none;
  check(avformat_write_header(format.get(), none.address()));
  const PacketPtr packet = make_packet();
  check(av_new_packet(packet.get(), 1));
  packet->data[0] = 0;
  constexpr std::int64_t late = 1000;  // whatever is added, it stays above 0
  packet->pts = packet->dts = late;
  packet->duration = 1;
  packet->flags |= AV_PKT_FLAG_KEY;
  check(av_write_frame(format.get(), packet.get()));
  check(av_write_trailer(format.get()));
  Answer answer;
  read_answer(nowhere.end(), answer);
  if (!answer.has_block) throw MediaError("cannot try the muxer: it writes no sound");
  return {answer.told, answer.time - late};
}

}  // namespace rustcam
