// Deflate's entropy coding: symbols into the bits of one block with codes made for it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rustcam::deflate {

/// RFC 1951's alphabets and limits.
inline constexpr std::size_t literal_symbols = 286;  ///< bytes, end of block, lengths
inline constexpr std::size_t distance_symbols = 30;
inline constexpr std::size_t end_of_block = 256;
inline constexpr std::size_t shortest_match = 3;
inline constexpr std::size_t longest_match = 258;
inline constexpr std::size_t window_bytes = 32768;

/// A literal byte, or a match with bytes before.
class Token {
 public:
  static Token literal(std::uint8_t byte) noexcept { return Token(byte); }
  /// `length` 3 to 258, `distance` 1 to 32768.
  static Token match(std::size_t length, std::size_t distance) noexcept {
    return Token(
        static_cast<std::uint32_t>(match_bit | (length - shortest_match) << 16 | (distance - 1)));
  }
  bool is_match() const noexcept { return (value_ & match_bit) != 0; }
  std::uint8_t byte() const noexcept { return static_cast<std::uint8_t>(value_); }
  std::size_t length() const noexcept { return (value_ >> 16 & 0xff) + shortest_match; }
  std::size_t distance() const noexcept { return (value_ & 0xffff) + 1; }

 private:
  static constexpr std::uint32_t match_bit = 0x80000000;
  explicit Token(std::uint32_t value) noexcept : value_(value) {}
  std::uint32_t value_;
};

/// Appends bits to bytes, the lowest first.
class BitWriter {
 public:
  /// `value` has `count` bits, 0 to 32.
  void put(std::uint64_t value, unsigned count) {
    held_ |= value << held_bits_;
    held_bits_ += count;
    if (held_bits_ >= 32) spill();
  }
  /// Fills the last byte up with zeros.
  void align();
  /// Aligns first.
  void bytes(std::span<const std::uint8_t> bytes);
  std::vector<std::uint8_t> take();

 private:
  void spill();

  std::vector<std::uint8_t> out_;
  std::uint64_t held_ = 0;
  unsigned held_bits_ = 0;  ///< below 32 between calls
};

/// One block with Huffman codes of its own.
void write_block(std::span<const Token> tokens, bool final, BitWriter& out);
/// An empty stored block, after which the next one begins at a byte.
void write_sync_point(BitWriter& out);

/// Code lengths of at most `longest` bits for symbols that occur so often, those of a complete
/// prefix code; 0 if a symbol does not occur. A symbol alone gets one bit. At most 2^longest
/// symbols.
std::vector<std::uint8_t> code_lengths(std::span<const std::uint32_t> frequencies,
                                       unsigned longest);

}  // namespace rustcam::deflate
