#include "media/mp4_boxes.h"

#include <algorithm>

#include "base/error.h"
#include "media/big_endian.h"

namespace rustcam::mp4 {
namespace {

constexpr std::size_t header_bytes = 8;
constexpr std::size_t large_header_bytes = 16;

[[noreturn]] void torn() {
  throw MediaError("an MP4 box is shorter than it says");
}

}  // namespace

Bytes Reader::take(std::size_t count) {
  if (count > rest_.size()) torn();
  const Bytes taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::uint32_t Reader::u32() {
  std::uint32_t value = 0;
  for (const std::byte b : take(4)) value = value << 8 | std::to_integer<std::uint32_t>(b);
  return value;
}

std::uint64_t Reader::u64() {
  const std::uint64_t high = u32();
  return high << 32 | u32();
}

std::vector<Box> boxes(Bytes bytes) {
  std::vector<Box> found;
  while (!bytes.empty()) {
    Reader reader(bytes);
    std::uint64_t size = reader.u32();
    Box box;
    box.type = reader.u32();
    std::size_t header = header_bytes;
    if (size == 1) {
      size = reader.u64();
      header = large_header_bytes;
    }
    if (size < header || size > bytes.size()) torn();
    box.whole = bytes.first(static_cast<std::size_t>(size));
    box.content = box.whole.subspan(header);
    found.push_back(box);
    bytes = bytes.subspan(box.whole.size());
  }
  return found;
}

std::optional<Box> find(Bytes bytes, std::string_view name) {
  for (const Box& box : boxes(bytes))
    if (box.type == four_cc(name)) return box;
  return std::nullopt;
}

void Writer::u32(std::uint64_t value) {
  append_big32(out_, static_cast<std::uint32_t>(std::min<std::uint64_t>(value, 0xffffffff)));
}

void Writer::u64(std::uint64_t value) {
  u32(value >> 32);
  u32(value & 0xffffffff);
}

void Writer::begin(std::uint32_t type) {
  open_.push_back(out_.size());
  u32(0);
  u32(type);
}

void Writer::begin_full(std::string_view name, std::uint8_t version, std::uint32_t flags) {
  begin(name);
  u32(std::uint32_t{version} << 24 | flags);
}

void Writer::end() {
  const std::size_t start = open_.back();
  open_.pop_back();
  put_big32(std::span<std::byte, 4>(out_.data() + start, 4),
            static_cast<std::uint32_t>(out_.size() - start));
}

}  // namespace rustcam::mp4
