// Letters for pictures that are drawn without a font library.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace rustcam::cli {

constexpr int glyph_width = 5;
constexpr int glyph_height = 7;  ///< of a capital, which stands on the baseline
constexpr int glyph_rows = 9;    ///< two more below it
constexpr int glyph_advance = 6;

/// A row each from the top; bit 4 is the leftmost column.
using Glyph = std::array<std::uint8_t, glyph_rows>;

/// The glyph of a Unicode character: printable ASCII and the micro sign; a box for all others.
const Glyph& glyph(char32_t character) noexcept;

}  // namespace rustcam::cli
