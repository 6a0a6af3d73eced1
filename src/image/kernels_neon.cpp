// The kernels for 64-bit ARM. NEON is part of every such processor, so there is nothing to find out
// at run time: the table is always usable.
#include <arm_neon.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "image/kernels.h"

namespace rustcam {
namespace {

constexpr int bits = YuvCoefficients::bits;
// Pixels that the inner loops take at a time: a byte of each fills a register.
constexpr std::int32_t block = 16;

/// Blue, green, red and alpha of a block of pixels, each in a register of its own.
uint8x16x4_t load_block(const std::uint8_t* p) {
  return vld4q_u8(p);
}

uint8x16_t opaque_alpha() {
  return vdupq_n_u8(255);
}

/// Calls `kernel(x)` for blocks that cover [0, width); the last one overlaps the one before it.
/// False, and nothing done, if the width is less than a block.
template <typename Kernel>
bool for_blocks(std::int32_t width, Kernel kernel) {
  if (width < block) return false;
  std::int32_t x = 0;
  for (; x + block <= width; x += block) kernel(x);
  if (x < width) kernel(width - block);
  return true;
}

void opaque(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  const uint8x16_t alpha = vreinterpretq_u8_u32(vdupq_n_u32(0xFF000000u));
  const bool done = for_blocks(width, [&](std::int32_t x) {
    for (std::int32_t i = 4 * x; i < 4 * (x + block); i += 16)
      vst1q_u8(into + i, vorrq_u8(vld1q_u8(from + i), alpha));
  });
  if (!done) scalar_kernels.opaque(from, into, width);
}

void rgba(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const uint8x16x4_t p = load_block(from + 4 * x);
    const uint8x16x4_t turned{{p.val[2], p.val[1], p.val[0], opaque_alpha()}};
    vst4q_u8(into + 4 * x, turned);
  });
  if (!done) scalar_kernels.rgba(from, into, width);
}

void bgr(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const uint8x16x4_t p = load_block(from + 4 * x);
    const uint8x16x3_t packed{{p.val[0], p.val[1], p.val[2]}};
    vst3q_u8(into + 3 * x, packed);
  });
  if (!done) scalar_kernels.bgr(from, into, width);
}

void rgb(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const uint8x16x4_t p = load_block(from + 4 * x);
    const uint8x16x3_t packed{{p.val[2], p.val[1], p.val[0]}};
    vst3q_u8(into + 3 * x, packed);
  });
  if (!done) scalar_kernels.rgb(from, into, width);
}

/// Blue, green and red of eight pixels, or their sums over eight 2x2 blocks: 0..1020.
struct Colors {
  int16x8_t b;
  int16x8_t g;
  int16x8_t r;
};

/// From exact 32-bit sums of products to codes, rounded once: to the nearest, and clamped to a
/// byte. `sum_bits`: how many more bits the colours have than those of one pixel.
template <int sum_bits>
class Coder {
 public:
  Coder(const Weights& w, std::int32_t offset) : w_(w), offset_(vdupq_n_s32(offset << shift)) {}

  uint8x8_t codes(const Colors& c) const {
    int32x4_t low = vmlal_n_s16(offset_, vget_low_s16(c.b), w_.b);
    low = vmlal_n_s16(low, vget_low_s16(c.g), w_.g);
    low = vmlal_n_s16(low, vget_low_s16(c.r), w_.r);
    int32x4_t high = vmlal_high_n_s16(offset_, c.b, w_.b);
    high = vmlal_high_n_s16(high, c.g, w_.g);
    high = vmlal_high_n_s16(high, c.r, w_.r);
    return vqmovun_s16(vcombine_s16(vrshrn_n_s32(low, shift), vrshrn_n_s32(high, shift)));
  }

 private:
  static constexpr int shift = bits + sum_bits;
  Weights w_;
  int32x4_t offset_;
};

using PixelCoder = Coder<0>;
using SumCoder = Coder<2>;

int16x8_t low_words(uint8x16_t bytes) {
  return vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(bytes)));
}

int16x8_t high_words(uint8x16_t bytes) {
  return vreinterpretq_s16_u16(vmovl_high_u8(bytes));
}

/// A block of pixels in words, as all three planes of yuv444p need it.
struct WideBlock {
  explicit WideBlock(const uint8x16x4_t& p)
      : low{low_words(p.val[0]), low_words(p.val[1]), low_words(p.val[2])},
        high{high_words(p.val[0]), high_words(p.val[1]), high_words(p.val[2])} {}

  Colors low;
  Colors high;
};

void store_codes(std::uint8_t* into, const PixelCoder& coder, const WideBlock& pixels) {
  vst1q_u8(into, vcombine_u8(coder.codes(pixels.low), coder.codes(pixels.high)));
}

void luma(const std::uint8_t* from, std::uint8_t* into, std::int32_t width,
          const YuvCoefficients& c) {
  const PixelCoder y(c.y, c.y_offset);
  const bool done = for_blocks(width, [&](std::int32_t x) {
    store_codes(into + x, y, WideBlock(load_block(from + 4 * x)));
  });
  if (!done) scalar_kernels.luma(from, into, width, c);
}

void yuv444p(const Row444& row, std::int32_t width, const YuvCoefficients& c) {
  const PixelCoder y(c.y, c.y_offset);
  const PixelCoder u(c.u, YuvCoefficients::middle);
  const PixelCoder v(c.v, YuvCoefficients::middle);
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const WideBlock pixels(load_block(row.from + 4 * x));
    store_codes(row.y + x, y, pixels);
    store_codes(row.u + x, u, pixels);
    store_codes(row.v + x, v, pixels);
  });
  if (!done) scalar_kernels.yuv444p(row, width, c);
}

/// 4:2:0 from two rows.
class Halver {
 public:
  explicit Halver(const YuvCoefficients& c)
      : y_(c.y, c.y_offset), u_(c.u, YuvCoefficients::middle), v_(c.v, YuvCoefficients::middle) {}

  /// Luma of a block of both rows; returns the u and v they share.
  uint8x8x2_t convert(const RowPair& rows, std::int32_t x) const {
    const uint8x16x4_t p = load_block(rows.from0 + 4 * x);
    const uint8x16x4_t q = load_block(rows.from1 + 4 * x);
    store_codes(rows.y0 + x, y_, WideBlock(p));
    store_codes(rows.y1 + x, y_, WideBlock(q));
    const Colors sums{sum(p.val[0], q.val[0]), sum(p.val[1], q.val[1]), sum(p.val[2], q.val[2])};
    return {{u_.codes(sums), v_.codes(sums)}};
  }

 private:
  static int16x8_t sum(uint8x16_t upper, uint8x16_t lower) {
    return vreinterpretq_s16_u16(vpadalq_u8(vpaddlq_u8(upper), lower));
  }

  PixelCoder y_;
  SumCoder u_;
  SumCoder v_;
};

RowPair advanced(const RowPair& rows, std::int32_t pixels, std::int32_t chroma_bytes) {
  return {rows.from0 + 4 * pixels, rows.from1 + 4 * pixels,
          rows.y0 + pixels,        rows.y1 + pixels,
          rows.u + chroma_bytes,   rows.v == nullptr ? nullptr : rows.v + chroma_bytes};
}

void yuv420p(const RowPair& rows, std::int32_t width, const YuvCoefficients& c) {
  const Halver halver(c);
  const std::int32_t even = width & ~1;
  const bool done = for_blocks(even, [&](std::int32_t x) {
    const uint8x8x2_t chroma = halver.convert(rows, x);
    vst1_u8(rows.u + x / 2, chroma.val[0]);
    vst1_u8(rows.v + x / 2, chroma.val[1]);
  });
  const std::int32_t rest = done ? even : 0;
  if (rest < width) scalar_kernels.yuv420p(advanced(rows, rest, rest / 2), width - rest, c);
}

void nv12(const RowPair& rows, std::int32_t width, const YuvCoefficients& c) {
  const Halver halver(c);
  const std::int32_t even = width & ~1;
  const bool done =
      for_blocks(even, [&](std::int32_t x) { vst2_u8(rows.u + x, halver.convert(rows, x)); });
  const std::int32_t rest = done ? even : 0;
  if (rest < width) scalar_kernels.nv12(advanced(rows, rest, rest), width - rest, c);
}

void split(const std::uint8_t* from, std::uint8_t* b, std::uint8_t* g, std::uint8_t* r,
           std::int32_t width) {
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const uint8x16x4_t p = load_block(from + 4 * x);
    vst1q_u8(b + x, p.val[0]);
    vst1q_u8(g + x, p.val[1]);
    vst1q_u8(r + x, p.val[2]);
  });
  if (!done) scalar_kernels.split(from, b, g, r, width);
}

void join(const std::uint8_t* b, const std::uint8_t* g, const std::uint8_t* r, std::uint8_t* into,
          std::int32_t width) {
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const uint8x16x4_t pixels{{vld1q_u8(b + x), vld1q_u8(g + x), vld1q_u8(r + x), opaque_alpha()}};
    vst4q_u8(into + 4 * x, pixels);
  });
  if (!done) scalar_kernels.join(b, g, r, into, width);
}

// Sides of the square of pixels that is turned in registers.
constexpr std::int32_t square = 4;

uint64x2_t load_pixels(const std::uint8_t* p) {
  return vreinterpretq_u64_u8(vld1q_u8(p));
}

void transpose_square(const std::uint8_t* from, std::ptrdiff_t from_stride, std::uint8_t* into,
                      std::ptrdiff_t into_stride) {
  const uint64x2_t row0 = load_pixels(from);
  const uint64x2_t row1 = load_pixels(from + from_stride);
  const uint64x2_t row2 = load_pixels(from + 2 * from_stride);
  const uint64x2_t row3 = load_pixels(from + 3 * from_stride);
  // Columns 0 and 1 of two rows two apart, then columns 2 and 3.
  const uint32x4_t left02 = vreinterpretq_u32_u64(vtrn1q_u64(row0, row2));
  const uint32x4_t left13 = vreinterpretq_u32_u64(vtrn1q_u64(row1, row3));
  const uint32x4_t right02 = vreinterpretq_u32_u64(vtrn2q_u64(row0, row2));
  const uint32x4_t right13 = vreinterpretq_u32_u64(vtrn2q_u64(row1, row3));
  const auto store = [&](std::int32_t column, uint32x4_t pixels) {
    vst1q_u8(into + column * into_stride, vreinterpretq_u8_u32(pixels));
  };
  store(0, vtrn1q_u32(left02, left13));
  store(1, vtrn2q_u32(left02, left13));
  store(2, vtrn1q_u32(right02, right13));
  store(3, vtrn2q_u32(right02, right13));
}

/// The last squares of rows and columns overlap those before them.
void transpose(const Transposition& t) {
  if (t.width < square || t.height < square) return scalar_kernels.transpose(t);
  // A strip of whole cache lines at a time.
  constexpr std::int32_t strip = 16;
  for (std::int32_t left = 0; left < t.width; left += strip)
    for (std::int32_t top = 0; top < t.height; top += square) {
      const std::int32_t y = std::min(top, t.height - square);
      for (std::int32_t column = left; column < std::min(left + strip, t.width); column += square) {
        const std::int32_t x = std::min(column, t.width - square);
        transpose_square(t.from + y * t.from_stride + 4 * x, t.from_stride,
                         t.into + x * t.into_stride + 4 * y, t.into_stride);
      }
    }
}

constexpr Kernels neon_kernels{"neon",  opaque,  rgba, bgr,   rgb,  luma,
                               yuv444p, yuv420p, nv12, split, join, transpose};

}  // namespace

std::span<const Kernels* const> usable_kernels() noexcept {
  static constexpr const Kernels* all[] = {&scalar_kernels, &neon_kernels};
  return all;
}

}  // namespace rustcam
