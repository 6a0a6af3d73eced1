#include "media/png_filter.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace rustcam {
namespace {

constexpr std::size_t pixel_bytes = 3;

std::uint8_t paeth(int left, int above, int corner) noexcept {
  const int by_left = std::abs(above - corner);
  const int by_above = std::abs(left - corner);
  const int by_corner = std::abs(left + above - 2 * corner);
  const int nearer = by_above <= by_corner ? above : corner;
  const int limit = std::min(by_above, by_corner);
  return static_cast<std::uint8_t>(by_left <= limit ? left : nearer);
}

void filter_sub(const std::uint8_t* row, std::size_t n, std::uint8_t* out) noexcept {
  std::memcpy(out, row, pixel_bytes);
  for (std::size_t i = pixel_bytes; i < n; ++i)
    out[i] = static_cast<std::uint8_t>(row[i] - row[i - pixel_bytes]);
}

void filter_up(const std::uint8_t* row, const std::uint8_t* above, std::size_t n,
               std::uint8_t* out) noexcept {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(row[i] - above[i]);
}

void filter_paeth(const std::uint8_t* row, const std::uint8_t* above, std::size_t n,
                  std::uint8_t* out) noexcept {
  filter_up(row, above, pixel_bytes, out);
  for (std::size_t i = pixel_bytes; i < n; ++i)
    out[i] = static_cast<std::uint8_t>(
        row[i] - paeth(row[i - pixel_bytes], above[i], above[i - pixel_bytes]));
}

/// Of the bytes as signed differences.
std::uint64_t magnitude(const std::uint8_t* row, std::size_t n) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < n;) {
    const std::size_t end = std::min(n, i + 4096);
    std::uint32_t part = 0;
    for (; i < end; ++i) part += static_cast<std::uint32_t>(std::min<int>(row[i], 256 - row[i]));
    sum += part;
  }
  return sum;
}

}  // namespace

void filter_row(std::span<const std::uint8_t> row, std::span<const std::uint8_t> above,
                std::span<std::uint8_t> out, std::span<std::uint8_t> scratch) noexcept {
  const std::size_t n = row.size();
  std::uint8_t* sub = scratch.data();
  std::uint8_t* up = sub + n;
  std::uint8_t* pred = up + n;
  filter_sub(row.data(), n, sub);
  filter_up(row.data(), above.data(), n, up);
  const std::uint64_t by_sub = magnitude(sub, n);
  const std::uint64_t by_up = magnitude(up, n);
  std::uint8_t number = 1;
  const std::uint8_t* best = sub;
  std::uint64_t least = by_sub;
  if (by_up <= least) {
    number = 2;
    best = up;
    least = by_up;
  }
  // A row that the plain filters tell nearly all of needs no dearer one.
  if (least > n / 2) {
    filter_paeth(row.data(), above.data(), n, pred);
    const std::uint64_t by_paeth = magnitude(pred, n);
    if (by_paeth < least) {
      number = 4;
      best = pred;
      least = by_paeth;
    }
  }
  out[0] = number;
  std::memcpy(out.data() + 1, best, n);
}

}  // namespace rustcam
