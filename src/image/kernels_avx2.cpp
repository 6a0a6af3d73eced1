// The kernels for AVX2. Compiled with -mavx2, so nothing here may use inline functions of other
// headers: the linker might keep this file's copy of them for processors without AVX2.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "image/kernels.h"

namespace rustcam {
namespace {

constexpr int bits = YuvCoefficients::bits;
// Pixels that the inner loops take at a time: four vectors.
constexpr std::int32_t block = 32;

__m256i load(const std::uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

void store(std::uint8_t* p, __m256i v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
}

void store_half(std::uint8_t* p, __m128i v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
}

__m256i each_lane(char b0, char b1, char b2, char b3, char b4, char b5, char b6, char b7, char b8,
                  char b9, char b10, char b11, char b12, char b13, char b14, char b15) {
  return _mm256_broadcastsi128_si256(
      _mm_setr_epi8(b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15));
}

/// Packing four vectors works lane by lane and leaves dwords of a b c d from their first halves,
/// then those from their second; this puts them in order.
__m256i in_order(__m256i packed) {
  return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

struct Quad {
  __m256i a;
  __m256i b;
  __m256i c;
  __m256i d;
};

Quad load_block(const std::uint8_t* p) {
  return {load(p), load(p + 32), load(p + 64), load(p + 96)};
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
  const __m256i alpha = _mm256_set1_epi32(static_cast<int>(0xFF000000u));
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const Quad q = load_block(from + 4 * x);
    store(into + 4 * x, _mm256_or_si256(q.a, alpha));
    store(into + 4 * x + 32, _mm256_or_si256(q.b, alpha));
    store(into + 4 * x + 64, _mm256_or_si256(q.c, alpha));
    store(into + 4 * x + 96, _mm256_or_si256(q.d, alpha));
  });
  if (!done) scalar_kernels.opaque(from, into, width);
}

void rgba(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  const __m256i alpha = _mm256_set1_epi32(static_cast<int>(0xFF000000u));
  const __m256i order = each_lane(2, 1, 0, -1, 6, 5, 4, -1, 10, 9, 8, -1, 14, 13, 12, -1);
  const auto turn = [&](__m256i v) {
    return _mm256_or_si256(_mm256_shuffle_epi8(v, order), alpha);
  };
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const Quad q = load_block(from + 4 * x);
    store(into + 4 * x, turn(q.a));
    store(into + 4 * x + 32, turn(q.b));
    store(into + 4 * x + 64, turn(q.c));
    store(into + 4 * x + 96, turn(q.d));
  });
  if (!done) scalar_kernels.rgba(from, into, width);
}

/// 4 bytes a pixel to 3; `order` packs the 12 wanted bytes of each lane to its front.
void drop_alpha(const std::uint8_t* from, std::uint8_t* into, std::int32_t x, __m256i order) {
  const Quad q = load_block(from + 4 * x);
  const __m256i a = _mm256_shuffle_epi8(q.a, order);
  const __m256i b = _mm256_shuffle_epi8(q.b, order);
  const __m256i c = _mm256_shuffle_epi8(q.c, order);
  const __m256i d = _mm256_shuffle_epi8(q.d, order);
  // Each of a to d holds six dwords, at 0 1 2 and 4 5 6; the three outputs are their 24 in turn.
  const __m256i a05 = _mm256_permutevar8x32_epi32(a, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7));
  const __m256i b01 = _mm256_permutevar8x32_epi32(b, _mm256_setr_epi32(7, 7, 7, 7, 7, 7, 0, 1));
  const __m256i b25 = _mm256_permutevar8x32_epi32(b, _mm256_setr_epi32(2, 4, 5, 6, 7, 7, 7, 7));
  const __m256i c03 = _mm256_permutevar8x32_epi32(c, _mm256_setr_epi32(7, 7, 7, 7, 0, 1, 2, 4));
  const __m256i c45 = _mm256_permutevar8x32_epi32(c, _mm256_setr_epi32(5, 6, 7, 7, 7, 7, 7, 7));
  const __m256i d05 = _mm256_permutevar8x32_epi32(d, _mm256_setr_epi32(7, 7, 0, 1, 2, 4, 5, 6));
  store(into + 3 * x, _mm256_blend_epi32(a05, b01, 0xC0));
  store(into + 3 * x + 32, _mm256_blend_epi32(b25, c03, 0xF0));
  store(into + 3 * x + 64, _mm256_blend_epi32(c45, d05, 0xFC));
}

void bgr(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  const __m256i order = each_lane(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  if (!for_blocks(width, [&](std::int32_t x) { drop_alpha(from, into, x, order); }))
    scalar_kernels.bgr(from, into, width);
}

void rgb(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  const __m256i order = each_lane(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  if (!for_blocks(width, [&](std::int32_t x) { drop_alpha(from, into, x, order); }))
    scalar_kernels.rgb(from, into, width);
}

/// Weights of single pixels as signed bytes: each is high * 128 + low with low in -64..63, so that
/// neither products nor their sums in pairs leave 16 bits, and the result is exact.
class PixelWeights {
 public:
  PixelWeights(const Weights& w, std::int32_t offset)
      : high_(_mm256_set1_epi32(bytes(high(w.b), high(w.g), high(w.r)))),
        low_(_mm256_set1_epi32(
            bytes(w.b - 128 * high(w.b), w.g - 128 * high(w.g), w.r - 128 * high(w.r)))),
        bias_(_mm256_set1_epi32((offset << bits) + (1 << (bits - 1)))) {}

  /// The codes of a block of pixels, in order.
  __m256i codes(const Quad& q) const {
    const __m256i words_ab = _mm256_packs_epi32(code(q.a), code(q.b));
    const __m256i words_cd = _mm256_packs_epi32(code(q.c), code(q.d));
    return in_order(_mm256_packus_epi16(words_ab, words_cd));
  }

 private:
  static int high(int w) { return (w + 64) >> 7; }
  static int bytes(int b, int g, int r) {
    return static_cast<int>((static_cast<unsigned>(b) & 255u) |
                            (static_cast<unsigned>(g) & 255u) << 8 |
                            (static_cast<unsigned>(r) & 255u) << 16);
  }
  /// Eight pixels to eight dwords.
  __m256i code(__m256i pixels) const {
    const __m256i high =
        _mm256_madd_epi16(_mm256_maddubs_epi16(pixels, high_), _mm256_set1_epi16(128));
    const __m256i low = _mm256_madd_epi16(_mm256_maddubs_epi16(pixels, low_), _mm256_set1_epi16(1));
    return _mm256_srai_epi32(_mm256_add_epi32(_mm256_add_epi32(high, low), bias_), bits);
  }

  __m256i high_;
  __m256i low_;
  __m256i bias_;
};

void luma(const std::uint8_t* from, std::uint8_t* into, std::int32_t width,
          const YuvCoefficients& c) {
  const PixelWeights y(c.y, c.y_offset);
  const bool done = for_blocks(
      width, [&](std::int32_t x) { store(into + x, y.codes(load_block(from + 4 * x))); });
  if (!done) scalar_kernels.luma(from, into, width, c);
}

void yuv444p(const Row444& row, std::int32_t width, const YuvCoefficients& c) {
  const PixelWeights y(c.y, c.y_offset);
  const PixelWeights u(c.u, YuvCoefficients::middle);
  const PixelWeights v(c.v, YuvCoefficients::middle);
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const Quad q = load_block(row.from + 4 * x);
    store(row.y + x, y.codes(q));
    store(row.u + x, u.codes(q));
    store(row.v + x, v.codes(q));
  });
  if (!done) scalar_kernels.yuv444p(row, width, c);
}

/// Weights of sums over 2x2 pixels, which need 10 bits: in words, blue and green apart from red.
class SumWeights {
 public:
  explicit SumWeights(const Weights& w)
      : bg_(_mm256_set1_epi32(words(w.b, w.g))), r_(_mm256_set1_epi32(words(w.r, 0))) {}

  /// `bg` and `ra`: the sums of eight 2x2 blocks.
  __m256i codes(__m256i bg, __m256i ra) const {
    constexpr int shift = bits + 2;
    const __m256i bias = _mm256_set1_epi32((YuvCoefficients::middle << shift) + (1 << (shift - 1)));
    const __m256i products =
        _mm256_add_epi32(_mm256_madd_epi16(bg, bg_), _mm256_madd_epi16(ra, r_));
    return _mm256_srai_epi32(_mm256_add_epi32(products, bias), shift);
  }

 private:
  static int words(int low, int high) {
    return static_cast<int>((static_cast<unsigned>(low) & 0xFFFFu) | static_cast<unsigned>(high)
                                                                         << 16);
  }
  __m256i bg_;
  __m256i r_;
};

struct Chroma {
  __m128i u;
  __m128i v;
};

/// 4:2:0 from two rows.
class Halver {
 public:
  explicit Halver(const YuvCoefficients& c) : y_(c.y, c.y_offset), u_(c.u), v_(c.v) {}

  /// Luma of a block of both rows; returns the chroma they share.
  Chroma convert(const RowPair& rows, std::int32_t x) const {
    const Quad p = load_block(rows.from0 + 4 * x);
    const Quad q = load_block(rows.from1 + 4 * x);
    store(rows.y0 + x, y_.codes(p));
    store(rows.y1 + x, y_.codes(q));
    const Codes ab = codes(sums(p.a, q.a), sums(p.b, q.b));
    const Codes cd = codes(sums(p.c, q.c), sums(p.d, q.d));
    const __m256i bytes =
        _mm256_packus_epi16(_mm256_packs_epi32(ab.u, cd.u), _mm256_packs_epi32(ab.v, cd.v));
    // Each lane now holds two samples of each of a b c d, of u and then of v.
    const __m128i first = _mm256_castsi256_si128(bytes);
    const __m128i second = _mm256_extracti128_si256(bytes, 1);
    return {_mm_unpacklo_epi16(first, second), _mm_unpackhi_epi16(first, second)};
  }

 private:
  struct Codes {
    __m256i u;
    __m256i v;
  };

  /// Eight pixels of two rows to four sums of 2x2, as words b g r a.
  static __m256i sums(__m256i upper, __m256i lower) {
    const __m256i pairs = each_lane(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
    const __m256i ones = _mm256_set1_epi8(1);
    return _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_shuffle_epi8(upper, pairs), ones),
                            _mm256_maddubs_epi16(_mm256_shuffle_epi8(lower, pairs), ones));
  }

  Codes codes(__m256i left, __m256i right) const {
    const __m256 l = _mm256_castsi256_ps(left);
    const __m256 r = _mm256_castsi256_ps(right);
    const __m256i bg = _mm256_castps_si256(_mm256_shuffle_ps(l, r, 0x88));
    const __m256i ra = _mm256_castps_si256(_mm256_shuffle_ps(l, r, 0xDD));
    return {u_.codes(bg, ra), v_.codes(bg, ra)};
  }

  PixelWeights y_;
  SumWeights u_;
  SumWeights v_;
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
    const Chroma chroma = halver.convert(rows, x);
    store_half(rows.u + x / 2, chroma.u);
    store_half(rows.v + x / 2, chroma.v);
  });
  const std::int32_t rest = done ? even : 0;
  if (rest < width) scalar_kernels.yuv420p(advanced(rows, rest, rest / 2), width - rest, c);
}

void nv12(const RowPair& rows, std::int32_t width, const YuvCoefficients& c) {
  const Halver halver(c);
  const std::int32_t even = width & ~1;
  const bool done = for_blocks(even, [&](std::int32_t x) {
    const Chroma chroma = halver.convert(rows, x);
    store_half(rows.u + x, _mm_unpacklo_epi8(chroma.u, chroma.v));
    store_half(rows.u + x + 16, _mm_unpackhi_epi8(chroma.u, chroma.v));
  });
  const std::int32_t rest = done ? even : 0;
  if (rest < width) scalar_kernels.nv12(advanced(rows, rest, rest), width - rest, c);
}

void split(const std::uint8_t* from, std::uint8_t* b, std::uint8_t* g, std::uint8_t* r,
           std::int32_t width) {
  const __m256i by_channel = each_lane(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const Quad q = load_block(from + 4 * x);
    const __m256i a = _mm256_shuffle_epi8(q.a, by_channel);
    const __m256i c = _mm256_shuffle_epi8(q.c, by_channel);
    const __m256i second = _mm256_shuffle_epi8(q.b, by_channel);
    const __m256i last = _mm256_shuffle_epi8(q.d, by_channel);
    const __m256i bg_ab = _mm256_unpacklo_epi32(a, second);
    const __m256i bg_cd = _mm256_unpacklo_epi32(c, last);
    const __m256i r_ab = _mm256_unpackhi_epi32(a, second);
    const __m256i r_cd = _mm256_unpackhi_epi32(c, last);
    store(b + x, in_order(_mm256_unpacklo_epi64(bg_ab, bg_cd)));
    store(g + x, in_order(_mm256_unpackhi_epi64(bg_ab, bg_cd)));
    store(r + x, in_order(_mm256_unpacklo_epi64(r_ab, r_cd)));
  });
  if (!done) scalar_kernels.split(from, b, g, r, width);
}

void join(const std::uint8_t* b, const std::uint8_t* g, const std::uint8_t* r, std::uint8_t* into,
          std::int32_t width) {
  const __m256i alpha = _mm256_set1_epi8(-1);
  const bool done = for_blocks(width, [&](std::int32_t x) {
    const __m256i bg_low = _mm256_unpacklo_epi8(load(b + x), load(g + x));
    const __m256i bg_high = _mm256_unpackhi_epi8(load(b + x), load(g + x));
    const __m256i ra_low = _mm256_unpacklo_epi8(load(r + x), alpha);
    const __m256i ra_high = _mm256_unpackhi_epi8(load(r + x), alpha);
    // Pixels 0..3 and 16..19, 4..7 and 20..23, and so on.
    const __m256i p0 = _mm256_unpacklo_epi16(bg_low, ra_low);
    const __m256i p4 = _mm256_unpackhi_epi16(bg_low, ra_low);
    const __m256i p8 = _mm256_unpacklo_epi16(bg_high, ra_high);
    const __m256i p12 = _mm256_unpackhi_epi16(bg_high, ra_high);
    store(into + 4 * x, _mm256_permute2x128_si256(p0, p4, 0x20));
    store(into + 4 * x + 32, _mm256_permute2x128_si256(p8, p12, 0x20));
    store(into + 4 * x + 64, _mm256_permute2x128_si256(p0, p4, 0x31));
    store(into + 4 * x + 96, _mm256_permute2x128_si256(p8, p12, 0x31));
  });
  if (!done) scalar_kernels.join(b, g, r, into, width);
}

// Sides of the square of pixels that is turned in registers.
constexpr std::int32_t square = 8;

void transpose_square(const std::uint8_t* from, std::ptrdiff_t from_stride, std::uint8_t* into,
                      std::ptrdiff_t into_stride) {
  // Rows y and y + 4 of one half share a register, so that lanes are crossed once only.
  __m256i left[4];
  __m256i right[4];
  for (int y = 0; y < 4; ++y) {
    const __m256i upper = load(from + y * from_stride);
    const __m256i lower = load(from + (y + 4) * from_stride);
    left[y] = _mm256_permute2x128_si256(upper, lower, 0x20);
    right[y] = _mm256_permute2x128_si256(upper, lower, 0x31);
  }
  const auto store_columns = [&](const __m256i* rows, std::uint8_t* columns) {
    const __m256i low01 = _mm256_unpacklo_epi32(rows[0], rows[1]);
    const __m256i low23 = _mm256_unpacklo_epi32(rows[2], rows[3]);
    const __m256i high01 = _mm256_unpackhi_epi32(rows[0], rows[1]);
    const __m256i high23 = _mm256_unpackhi_epi32(rows[2], rows[3]);
    store(columns, _mm256_unpacklo_epi64(low01, low23));
    store(columns + into_stride, _mm256_unpackhi_epi64(low01, low23));
    store(columns + 2 * into_stride, _mm256_unpacklo_epi64(high01, high23));
    store(columns + 3 * into_stride, _mm256_unpackhi_epi64(high01, high23));
  };
  store_columns(left, into);
  store_columns(right, into + 4 * into_stride);
}

void transpose(const Transposition& t) {
  const std::int32_t width = t.width - t.width % square;
  const std::int32_t height = t.height - t.height % square;
  for (std::int32_t x = 0; x < width; x += square)
    for (std::int32_t y = 0; y < height; y += square)
      transpose_square(t.from + y * t.from_stride + 4 * x, t.from_stride,
                       t.into + x * t.into_stride + 4 * y, t.into_stride);
  Transposition right = t;
  right.from += 4 * width;
  right.into += width * t.into_stride;
  right.width -= width;
  scalar_kernels.transpose(right);
  Transposition bottom = t;
  bottom.from += height * t.from_stride;
  bottom.into += 4 * height;
  bottom.width = width;
  bottom.height -= height;
  scalar_kernels.transpose(bottom);
}

}  // namespace

constexpr Kernels avx2_kernels{"avx2",  opaque,  rgba, bgr,   rgb,  luma,
                               yuv444p, yuv420p, nv12, split, join, transpose};

}  // namespace rustcam
