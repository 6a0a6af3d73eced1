// The kernels in plain C++: the definition of what every other table computes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "image/kernels.h"

namespace rustcam {
namespace {

constexpr int bits = YuvCoefficients::bits;

std::uint8_t to_byte(std::int32_t value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

std::int32_t weigh(const Weights& w, std::int32_t b, std::int32_t g, std::int32_t r) {
  return w.b * b + w.g * g + w.r * r;
}

/// From products of `sum_bits` more bits than one pixel's to a code, rounded to the nearest.
std::uint8_t to_code(std::int32_t products, std::int32_t offset, int sum_bits) {
  const int shift = bits + sum_bits;
  return to_byte((products + (offset << shift) + (1 << (shift - 1))) >> shift);
}

// Whole pixels as words, which compilers turn into vectors better than bytes.
std::uint32_t load_pixel(const std::uint8_t* p) {
  std::uint32_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

void store_pixel(std::uint8_t* p, std::uint8_t b, std::uint8_t g, std::uint8_t r) {
  p[0] = b;
  p[1] = g;
  p[2] = r;
  p[3] = 255;
}

void opaque(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  constexpr std::array<std::uint8_t, 4> alpha_byte{0, 0, 0, 255};
  const std::uint32_t alpha = load_pixel(alpha_byte.data());
  for (std::int32_t i = 0; i < 4 * width; i += 4) {
    const std::uint32_t pixel = load_pixel(from + i) | alpha;
    std::memcpy(into + i, &pixel, sizeof pixel);
  }
}

void rgba(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  for (std::int32_t i = 0; i < 4 * width; i += 4)
    store_pixel(into + i, from[i + 2], from[i + 1], from[i]);
}

/// Three bytes a pixel, each taken from that place of the four.
template <int first, int second, int third>
void pack(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  for (std::int32_t x = 0; x < width; ++x, from += 4, into += 3) {
    into[0] = from[first];
    into[1] = from[second];
    into[2] = from[third];
  }
}

void weighted(const std::uint8_t* from, std::uint8_t* into, std::int32_t width, const Weights& w,
              std::int32_t offset) {
  for (std::int32_t x = 0; x < width; ++x, from += 4)
    into[x] = to_code(weigh(w, from[0], from[1], from[2]), offset, 0);
}

void luma(const std::uint8_t* from, std::uint8_t* into, std::int32_t width,
          const YuvCoefficients& c) {
  weighted(from, into, width, c.y, c.y_offset);
}

void yuv444p(const Row444& row, std::int32_t width, const YuvCoefficients& c) {
  weighted(row.from, row.y, width, c.y, c.y_offset);
  weighted(row.from, row.u, width, c.u, YuvCoefficients::middle);
  weighted(row.from, row.v, width, c.v, YuvCoefficients::middle);
}

/// `step`: from one sample of a chroma plane to the next.
void chroma(const RowPair& rows, std::uint8_t* u, std::uint8_t* v, std::int32_t step,
            std::int32_t width, const YuvCoefficients& c) {
  for (std::int32_t x = 0; x < width; x += 2) {
    const std::int32_t left = 4 * x;
    const std::int32_t right = x + 1 < width ? left + 4 : left;
    std::int32_t sum[3];
    for (int i = 0; i < 3; ++i)
      sum[i] = rows.from0[left + i] + rows.from0[right + i] + rows.from1[left + i] +
               rows.from1[right + i];
    *u = to_code(weigh(c.u, sum[0], sum[1], sum[2]), YuvCoefficients::middle, 2);
    *v = to_code(weigh(c.v, sum[0], sum[1], sum[2]), YuvCoefficients::middle, 2);
    u += step;
    v += step;
  }
}

void yuv420p(const RowPair& rows, std::int32_t width, const YuvCoefficients& c) {
  luma(rows.from0, rows.y0, width, c);
  luma(rows.from1, rows.y1, width, c);
  chroma(rows, rows.u, rows.v, 1, width, c);
}

void nv12(const RowPair& rows, std::int32_t width, const YuvCoefficients& c) {
  luma(rows.from0, rows.y0, width, c);
  luma(rows.from1, rows.y1, width, c);
  chroma(rows, rows.u, rows.u + 1, 2, width, c);
}

void split(const std::uint8_t* from, std::uint8_t* b, std::uint8_t* g, std::uint8_t* r,
           std::int32_t width) {
  for (std::int32_t x = 0; x < width; ++x, from += 4) {
    b[x] = from[0];
    g[x] = from[1];
    r[x] = from[2];
  }
}

void join(const std::uint8_t* b, const std::uint8_t* g, const std::uint8_t* r, std::uint8_t* into,
          std::int32_t width) {
  for (std::int32_t x = 0; x < width; ++x, into += 4) store_pixel(into, b[x], g[x], r[x]);
}

/// In tiles, so that the rows of both sides stay in the first-level cache.
void transpose(const Transposition& t) {
  constexpr std::int32_t tile = 16;
  for (std::int32_t top = 0; top < t.height; top += tile)
    for (std::int32_t left = 0; left < t.width; left += tile)
      for (std::int32_t x = left; x < std::min(left + tile, t.width); ++x)
        for (std::int32_t y = top; y < std::min(top + tile, t.height); ++y)
          std::memcpy(t.into + x * t.into_stride + std::ptrdiff_t{y} * 4,
                      t.from + y * t.from_stride + std::ptrdiff_t{x} * 4, 4);
}

}  // namespace

constexpr Kernels scalar_kernels{"scalar", opaque,  rgba, pack<0, 1, 2>, pack<2, 1, 0>, luma,
                                 yuv444p,  yuv420p, nv12, split,         join,          transpose};

}  // namespace rustcam
