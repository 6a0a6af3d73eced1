// The YUV kernels for AVX-512 with VNNI: the sums of AVX2's, by dot products of four bytes. As
// there, nothing here may use inline functions of other headers.
#include "image/kernels_avx512.h"

#include <immintrin.h>

#include <cstdint>
#include <string_view>

namespace rustcam {
namespace {

constexpr int bits = YuvCoefficients::bits;
// Pixels that the inner loops take at a time: four vectors.
constexpr std::int32_t block = 64;

__m512i load(const std::uint8_t* p) {
  return _mm512_loadu_si512(p);
}

struct Quad {
  __m512i a;
  __m512i b;
  __m512i c;
  __m512i d;
};

Quad load_block(const std::uint8_t* p) {
  return {load(p), load(p + 64), load(p + 128), load(p + 192)};
}

__m512i each_lane(__m128i v) {
  return _mm512_broadcast_i32x4(v);
}

/// Calls `kernel(x)` for blocks that cover [0, width), which is at least one; the last one overlaps
/// the one before it.
template <typename Kernel>
void for_blocks(std::int32_t width, Kernel kernel) {
  std::int32_t x = 0;
  for (; x + block <= width; x += block) kernel(x);
  if (x < width) kernel(width - block);
}

/// Weights of single pixels as signed bytes: each is high * 128 + low with low in -64..63.
class PixelWeights {
 public:
  PixelWeights(const Weights& w, std::int32_t offset)
      : high_(_mm512_set1_epi32(bytes(high(w.b), high(w.g), high(w.r)))),
        low_(_mm512_set1_epi32(
            bytes(w.b - 128 * high(w.b), w.g - 128 * high(w.g), w.r - 128 * high(w.r)))),
        bias_(_mm512_set1_epi32(((offset << bits) + (1 << (bits - 1))) / 128)) {}

  /// The codes of a block of pixels, in order.
  __m512i codes(const Quad& q) const {
    const __m512i words_ab = _mm512_packs_epi32(code(q.a), code(q.b));
    const __m512i words_cd = _mm512_packs_epi32(code(q.c), code(q.d));
    // Packing works lane by lane: each lane holds a dword of each of a b c d.
    return _mm512_permutexvar_epi32(
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
        _mm512_packus_epi16(words_ab, words_cd));
  }

 private:
  static int high(int w) { return (w + 64) >> 7; }
  static int bytes(int b, int g, int r) {
    return static_cast<int>((static_cast<unsigned>(b) & 255u) |
                            (static_cast<unsigned>(g) & 255u) << 8 |
                            (static_cast<unsigned>(r) & 255u) << 16);
  }
  /// Sixteen pixels to sixteen dwords.
  __m512i code(__m512i pixels) const {
    const __m512i high = _mm512_slli_epi32(_mm512_dpbusd_epi32(bias_, pixels, high_), 7);
    return _mm512_srai_epi32(_mm512_dpbusd_epi32(high, pixels, low_), bits);
  }

  __m512i high_;
  __m512i low_;
  __m512i bias_;
};

void luma(const std::uint8_t* from, std::uint8_t* into, std::int32_t width,
          const YuvCoefficients& c) {
  if (width < block) return avx2_kernels.luma(from, into, width, c);
  const PixelWeights y(c.y, c.y_offset);
  for_blocks(width, [&](std::int32_t x) {
    _mm512_storeu_si512(into + x, y.codes(load_block(from + 4 * x)));
  });
}

void yuv444p(const Row444& row, std::int32_t width, const YuvCoefficients& c) {
  if (width < block) return avx2_kernels.yuv444p(row, width, c);
  const PixelWeights y(c.y, c.y_offset);
  const PixelWeights u(c.u, YuvCoefficients::middle);
  const PixelWeights v(c.v, YuvCoefficients::middle);
  for_blocks(width, [&](std::int32_t x) {
    const Quad q = load_block(row.from + 4 * x);
    _mm512_storeu_si512(row.y + x, y.codes(q));
    _mm512_storeu_si512(row.u + x, u.codes(q));
    _mm512_storeu_si512(row.v + x, v.codes(q));
  });
}

/// Weights of sums over 2x2 pixels, in words, blue and green apart from red.
class SumWeights {
 public:
  explicit SumWeights(const Weights& w)
      : bg_(_mm512_set1_epi32(words(w.b, w.g))), r_(_mm512_set1_epi32(words(w.r, 0))) {}

  /// `bg` and `ra`: the sums of sixteen 2x2 blocks.
  __m512i codes(__m512i bg, __m512i ra) const {
    constexpr int shift = bits + 2;
    const __m512i bias = _mm512_set1_epi32((YuvCoefficients::middle << shift) + (1 << (shift - 1)));
    return _mm512_srai_epi32(_mm512_dpwssd_epi32(_mm512_dpwssd_epi32(bias, bg, bg_), ra, r_),
                             shift);
  }

 private:
  static int words(int low, int high) {
    return static_cast<int>((static_cast<unsigned>(low) & 0xFFFFu) | static_cast<unsigned>(high)
                                                                         << 16);
  }
  __m512i bg_;
  __m512i r_;
};

/// 4:2:0 from two rows.
class Halver {
 public:
  explicit Halver(const YuvCoefficients& c) : y_(c.y, c.y_offset), u_(c.u), v_(c.v) {}

  /// Luma of a block of both rows. Returns the chroma they share, a pair of samples in each word:
  /// each lane holds a pair of each quarter of the block, of u and then of v.
  __m512i convert(const RowPair& rows, std::int32_t x) const {
    const Quad p = load_block(rows.from0 + 4 * x);
    const Quad q = load_block(rows.from1 + 4 * x);
    _mm512_storeu_si512(rows.y0 + x, y_.codes(p));
    _mm512_storeu_si512(rows.y1 + x, y_.codes(q));
    const Codes ab = codes(sums(p.a, q.a), sums(p.b, q.b));
    const Codes cd = codes(sums(p.c, q.c), sums(p.d, q.d));
    return _mm512_packus_epi16(_mm512_packs_epi32(ab.u, cd.u), _mm512_packs_epi32(ab.v, cd.v));
  }

 private:
  struct Codes {
    __m512i u;
    __m512i v;
  };

  /// Sixteen pixels of two rows to eight sums of 2x2, as words b g r a.
  static __m512i sums(__m512i upper, __m512i lower) {
    const __m512i pairs =
        each_lane(_mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
    const __m512i ones = _mm512_set1_epi8(1);
    return _mm512_add_epi16(_mm512_maddubs_epi16(_mm512_shuffle_epi8(upper, pairs), ones),
                            _mm512_maddubs_epi16(_mm512_shuffle_epi8(lower, pairs), ones));
  }

  Codes codes(__m512i left, __m512i right) const {
    const __m512 l = _mm512_castsi512_ps(left);
    const __m512 r = _mm512_castsi512_ps(right);
    const __m512i bg = _mm512_castps_si512(_mm512_shuffle_ps(l, r, 0x88));
    const __m512i ra = _mm512_castps_si512(_mm512_shuffle_ps(l, r, 0xDD));
    return {u_.codes(bg, ra), v_.codes(bg, ra)};
  }

  PixelWeights y_;
  SumWeights u_;
  SumWeights v_;
};

/// Where the words of Halver::convert belong: all of u, then all of v.
__m512i planar_order() {
  return _mm512_set_epi16(31, 23, 15, 7, 30, 22, 14, 6, 29, 21, 13, 5, 28, 20, 12, 4,  //
                          27, 19, 11, 3, 26, 18, 10, 2, 25, 17, 9, 1, 24, 16, 8, 0);
}

/// The same with u and v in turn for each lane, of which they take a half.
__m512i lane_order() {
  return _mm512_set_epi16(31, 23, 15, 7, 27, 19, 11, 3, 30, 22, 14, 6, 26, 18, 10, 2,  //
                          29, 21, 13, 5, 25, 17, 9, 1, 28, 20, 12, 4, 24, 16, 8, 0);
}

void yuv420p(const RowPair& rows, std::int32_t width, const YuvCoefficients& c) {
  if (width < block || width % 2 != 0) return avx2_kernels.yuv420p(rows, width, c);
  const Halver halver(c);
  for_blocks(width, [&](std::int32_t x) {
    const __m512i planes = _mm512_permutexvar_epi16(planar_order(), halver.convert(rows, x));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(rows.u + x / 2), _mm512_castsi512_si256(planes));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(rows.v + x / 2),
                        _mm512_extracti64x4_epi64(planes, 1));
  });
}

void nv12(const RowPair& rows, std::int32_t width, const YuvCoefficients& c) {
  if (width < block || width % 2 != 0) return avx2_kernels.nv12(rows, width, c);
  const Halver halver(c);
  const __m512i in_turn =
      each_lane(_mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
  for_blocks(width, [&](std::int32_t x) {
    const __m512i lanes = _mm512_permutexvar_epi16(lane_order(), halver.convert(rows, x));
    _mm512_storeu_si512(rows.u + x, _mm512_shuffle_epi8(lanes, in_turn));
  });
}

}  // namespace

Kernels with_avx512() noexcept {
  constexpr std::string_view name = "avx512";  // made by the compiler: no inline function is used
  Kernels k = avx2_kernels;
  k.name = name;
  k.luma = luma;
  k.yuv444p = yuv444p;
  k.yuv420p = yuv420p;
  k.nv12 = nv12;
  return k;
}

}  // namespace rustcam
