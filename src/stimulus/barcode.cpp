#include "stimulus/barcode.h"

#include <algorithm>
#include <array>
#include <vector>

#include "stimulus/barcode_code.h"
#include "stimulus/canvas.h"

namespace rustcam {

namespace barcode {
namespace {

// CRC-24 as in RFC 9580 section 6.1; it starts from a value other than 0, so that neither an
// all-black nor an all-white code is valid.
std::uint32_t crc24(std::uint32_t value) noexcept {
  std::uint32_t crc = 0xB704CE;
  for (int shift = 24; shift >= 0; shift -= 8) {
    crc ^= (value >> shift & 0xFFU) << 16;
    for (int bit = 0; bit < 8; ++bit) {
      crc <<= 1;
      if ((crc & 0x1000000U) != 0) crc ^= 0x1864CFBU;
    }
  }
  return crc & 0xFFFFFFU;
}

}  // namespace

std::uint64_t encode(std::uint32_t value) noexcept {
  return std::uint64_t{crc24(value)} << 32 | value;
}

std::optional<std::uint32_t> decode(std::uint64_t code) noexcept {
  const auto value = static_cast<std::uint32_t>(code);
  if (encode(value) != code) return std::nullopt;
  return value;
}

}  // namespace barcode

namespace {

// Powers of two lie on the encoders' block edges, at half the size too.
std::int32_t cell_side(Size picture) noexcept {
  if (picture.width >= 2560 && picture.height >= 640) return 16;
  if (picture.width >= 512 && picture.height >= 160) return 8;
  if (picture.width >= 64 && picture.height >= 40) return 4;
  return 0;
}

}  // namespace

Rect barcode_rect(Size picture) noexcept {
  const std::int32_t cell = cell_side(picture);
  return {0, 0, barcode::columns * cell, barcode::rows * cell};
}

Rect barcode_changing_rect(Size picture) noexcept {
  const std::int32_t cell = cell_side(picture);
  return {cell, cell, (barcode::columns - 1) * cell, barcode::rows * cell};
}

void draw_barcode(std::uint32_t value, const Rect& part, Size picture, const ImageView& into,
                  Point origin) {
  const Canvas canvas(into, origin);
  const Rect visible = intersect(intersect(part, barcode_rect(picture)), canvas.bounds());
  if (visible.empty()) return;
  const std::int32_t cell = cell_side(picture);
  const std::uint64_t code = barcode::encode(value);
  for (int row = visible.top / cell; row * cell < visible.bottom; ++row)
    for (int column = visible.left / cell; column * cell < visible.right; ++column) {
      const bool white = barcode::is_finder(column, row)
                             ? barcode::finder_is_white(column, row)
                             : (code >> barcode::code_bit(column, row) & 1U) != 0;
      const Rect square{column * cell, row * cell, (column + 1) * cell, (row + 1) * cell};
      canvas.fill(intersect(square, visible), white ? bgra(255, 255, 255) : bgra(0, 0, 0));
    }
}

void draw_barcode(std::uint32_t value, const ImageView& into) {
  draw_barcode(value, barcode_rect(into.size), into.size, into, {});
}

}  // namespace rustcam
