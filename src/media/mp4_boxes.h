// Boxes of ISO/IEC 14496-12 (MP4, MOV): big-endian numbers, four-character names, nested sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rustcam::mp4 {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t four_cc(std::string_view name) {
  std::uint32_t code = 0;
  for (const char c : name) code = code << 8 | static_cast<unsigned char>(c);
  return code;
}

/// Reads numbers front to back. Throws MediaError if the bytes end early.
class Reader {
 public:
  explicit Reader(Bytes bytes) noexcept : rest_(bytes) {}
  std::uint32_t u32();
  std::uint64_t u64();
  Bytes take(std::size_t count);
  void skip(std::size_t count) { take(count); }
  std::size_t left() const noexcept { return rest_.size(); }

 private:
  Bytes rest_;
};

struct Box {
  std::uint32_t type = 0;
  Bytes whole;    ///< with its header
  Bytes content;  ///< behind its header
};

/// The boxes that `bytes` consists of. Throws MediaError if the sizes do not add up.
std::vector<Box> boxes(Bytes bytes);
/// The first box of that name; nullopt if there is none.
std::optional<Box> find(Bytes bytes, std::string_view name);

/// Writes boxes; a box's size is filled in when it ends.
class Writer {
 public:
  void u32(std::uint64_t value);  ///< saturates: 0xffffffff means "unknown" or "see elsewhere"
  void u64(std::uint64_t value);
  void bytes(Bytes b) { out_.insert(out_.end(), b.begin(), b.end()); }
  void begin(std::uint32_t type);
  void begin(std::string_view name) { begin(four_cc(name)); }
  /// One with version and flags.
  void begin_full(std::string_view name, std::uint8_t version, std::uint32_t flags = 0);
  void end();
  const std::vector<std::byte>& out() const noexcept { return out_; }

 private:
  std::vector<std::byte> out_;
  std::vector<std::size_t> open_;
};

}  // namespace rustcam::mp4
