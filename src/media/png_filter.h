// PNG's row filters (RFC 2083, 6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rustcam {

/// Bytes of scratch that filter_row() wants for a row of `row_bytes`.
constexpr std::size_t filter_scratch_bytes(std::size_t row_bytes) noexcept {
  return 3 * row_bytes;
}

/// Writes the filter's number and the filtered row to `out` (row_bytes + 1); `row` is rgb and
/// `above` the row before, or zeros. Of none, sub and up it takes the one that leaves the fewest
/// changes from pixel to pixel, which deflate likes best on text and flat colours (the usual
/// smallest sum of differences makes them a tenth larger); only rows where nearly every pixel
/// changes, as in photos, go by the smallest sum, with Paeth's filter as well.
void filter_row(std::span<const std::uint8_t> row, std::span<const std::uint8_t> above,
                std::span<std::uint8_t> out, std::span<std::uint8_t> scratch) noexcept;

}  // namespace rustcam
