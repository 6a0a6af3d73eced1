#include "media/png_filter.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace rustcam {
namespace {

constexpr std::size_t pixel_bytes = 3;
constexpr std::uint8_t number_none = 0;
constexpr std::uint8_t number_sub = 1;
constexpr std::uint8_t number_up = 2;
constexpr std::uint8_t number_paeth = 4;

struct Filtered {
  std::uint8_t number = number_none;
  const std::uint8_t* bytes = nullptr;
  std::uint64_t cost = 0;
};

std::uint8_t paeth(int left, int above, int corner) noexcept {
  const int by_left = std::abs(above - corner);
  const int by_above = std::abs(left - corner);
  const int by_corner = std::abs(left + above - 2 * corner);
  const int nearer = by_above <= by_corner ? above : corner;
  return static_cast<std::uint8_t>(by_left <= std::min(by_above, by_corner) ? left : nearer);
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

/// Sums what `count` says of each byte, in blocks short enough for a narrow sum.
template <typename Sum, std::size_t block, typename Count>
std::uint64_t sum_blocks(std::size_t begin, std::size_t end, Count&& count) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = begin; i < end;) {
    const std::size_t stop = std::min(end, i + block);
    Sum part = 0;
    for (; i < stop; ++i) part = static_cast<Sum>(part + count(i));
    sum += part;
  }
  return sum;
}

std::uint64_t changes(const std::uint8_t* row, std::size_t n) noexcept {
  return sum_blocks<std::uint8_t, 255>(pixel_bytes, n, [row](std::size_t i) {
    return static_cast<std::uint8_t>(row[i] != row[i - pixel_bytes]);
  });
}

/// Of the bytes as signed differences.
std::uint64_t magnitude(const std::uint8_t* row, std::size_t n) noexcept {
  return sum_blocks<std::uint16_t, 256>(0, n, [row](std::size_t i) {
    return static_cast<std::uint16_t>(std::min<int>(row[i], 256 - row[i]));
  });
}

}  // namespace

void filter_row(std::span<const std::uint8_t> row, std::span<const std::uint8_t> above,
                std::span<std::uint8_t> out, std::span<std::uint8_t> scratch) noexcept {
  const std::size_t n = row.size();
  std::uint8_t* sub = scratch.data();
  std::uint8_t* up = sub + n;
  filter_sub(row.data(), n, sub);
  filter_up(row.data(), above.data(), n, up);
  Filtered best{number_none, row.data(), changes(row.data(), n)};
  for (const Filtered& other :
       {Filtered{number_sub, sub, changes(sub, n)}, Filtered{number_up, up, changes(up, n)}})
    if (other.cost < best.cost) best = other;

  const bool like_a_photo = best.cost > n / 4 * 3;
  if (like_a_photo) {
    std::uint8_t* predicted = up + n;
    filter_paeth(row.data(), above.data(), n, predicted);
    best = {number_sub, sub, magnitude(sub, n)};
    for (const Filtered& other : {Filtered{number_up, up, magnitude(up, n)},
                                  Filtered{number_paeth, predicted, magnitude(predicted, n)}})
      if (other.cost < best.cost) best = other;
  }
  out[0] = best.number;
  std::memcpy(out.data() + 1, best.bytes, n);
}

}  // namespace rustcam
