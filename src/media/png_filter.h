// PNG's row filters (RFC 2083, 6).
#pragma once

#include <cstdint>
#include <span>

namespace rustcam {

/// Bytes of scratch that filter_row() wants for a row of `row_bytes`.
constexpr std::size_t filter_scratch_bytes(std::size_t row_bytes) noexcept {
  return 4 * row_bytes;
}

/// Writes the filter's number and the filtered row to `out` (row_bytes + 1). `above` is the row
/// before, or zeros. Takes the filter whose differences are the smallest in sum, which compresses
/// well on gradients, or none where a row has few different values, as text has.
void filter_row(std::span<const std::uint8_t> row, std::span<const std::uint8_t> above,
                std::span<std::uint8_t> out, std::span<std::uint8_t> scratch) noexcept;

}  // namespace rustcam
