// The kernels in plain C++: the definition of what every other table computes.
#include <algorithm>

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

template <int first, int second, int third, int bytes>
void pack(const std::uint8_t* from, std::uint8_t* into, std::int32_t width) {
  for (std::int32_t x = 0; x < width; ++x, from += 4, into += bytes) {
    const std::uint8_t pixel[3] = {from[0], from[1], from[2]};
    into[0] = pixel[first];
    into[1] = pixel[second];
    into[2] = pixel[third];
    if constexpr (bytes == 4) into[3] = 255;
  }
}

void luma(const std::uint8_t* from, std::uint8_t* into, std::int32_t width,
          const YuvCoefficients& c) {
  for (std::int32_t x = 0; x < width; ++x, from += 4)
    into[x] = to_code(weigh(c.y, from[0], from[1], from[2]), c.y_offset, 0);
}

void yuv444p(const Row444& row, std::int32_t width, const YuvCoefficients& c) {
  const std::uint8_t* p = row.from;
  for (std::int32_t x = 0; x < width; ++x, p += 4) {
    row.y[x] = to_code(weigh(c.y, p[0], p[1], p[2]), c.y_offset, 0);
    row.u[x] = to_code(weigh(c.u, p[0], p[1], p[2]), YuvCoefficients::middle, 0);
    row.v[x] = to_code(weigh(c.v, p[0], p[1], p[2]), YuvCoefficients::middle, 0);
  }
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

}  // namespace

constexpr Kernels scalar_kernels{"scalar",         pack<0, 1, 2, 4>, pack<2, 1, 0, 4>,
                                 pack<0, 1, 2, 3>, pack<2, 1, 0, 3>, luma,
                                 yuv444p,          yuv420p,          nv12};

}  // namespace rustcam
