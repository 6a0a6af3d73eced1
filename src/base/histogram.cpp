#include "base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace rustcam {

int Histogram::bucket_of(std::int64_t ns) noexcept {
  const auto value = static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(ns, 0, (std::int64_t{1} << top_bits) - 1));
  const int width = static_cast<int>(std::bit_width(value));
  if (width <= sub_bits) return static_cast<int>(value);
  const int shift = width - sub_bits - 1;
  return ((shift + 1) << sub_bits) + static_cast<int>(value >> shift) - (1 << sub_bits);
}

std::int64_t Histogram::upper_edge(int bucket) noexcept {
  if (bucket < (1 << sub_bits)) return bucket;
  const int shift = (bucket >> sub_bits) - 1;
  const std::int64_t within = (bucket & ((1 << sub_bits) - 1)) + (1 << sub_bits);
  return ((within + 1) << shift) - 1;
}

void Histogram::add(Duration d) noexcept {
  const std::int64_t ns = std::max<std::int64_t>(d.count(), 0);
  ++counts_[static_cast<std::size_t>(bucket_of(ns))];
  ++count_;
  max_ = std::max(max_, ns);
}

Duration Histogram::quantile(double part) const noexcept {
  const auto wanted = std::max<std::int64_t>(
      static_cast<std::int64_t>(std::ceil(part * static_cast<double>(count_))), 1);
  std::int64_t seen = 0;
  for (int b = 0; b < buckets; ++b) {
    seen += counts_[static_cast<std::size_t>(b)];
    if (seen >= wanted) return Duration(std::min(upper_edge(b), max_));
  }
  return max();
}

std::optional<Percentiles> Histogram::percentiles() const {
  if (count_ == 0) return std::nullopt;
  return Percentiles{to_us(quantile(0.5)), to_us(quantile(0.99)), to_us(max())};
}

}  // namespace rustcam
