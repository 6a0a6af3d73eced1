// What a barcode's cells mean; shared by the one who draws it and the one who reads it.
#pragma once

#include <cstdint>
#include <optional>

namespace rustcam::barcode {

// The top row, the left and the right column are a chessboard (white in the corner), from which a
// reader learns the place and size of a cell at any scale. The 14x4 cells inside carry the code.
constexpr int columns = 16;
constexpr int rows = 5;
constexpr int code_columns = columns - 2;
constexpr int code_bits = code_columns * (rows - 1);

constexpr bool is_finder(int column, int row) noexcept {
  return row == 0 || column == 0 || column == columns - 1;
}
constexpr bool finder_is_white(int column, int row) noexcept {
  return (column + row) % 2 == 0;
}
/// The bit of the code that a cell inside the finder shows; white is 1.
constexpr int code_bit(int column, int row) noexcept {
  return (row - 1) * code_columns + (column - 1);
}

/// 32 bits of value and 24 of its CRC.
std::uint64_t encode(std::uint32_t value) noexcept;
/// nullopt if value and CRC do not belong together.
std::optional<std::uint32_t> decode(std::uint64_t code) noexcept;

}  // namespace rustcam::barcode
