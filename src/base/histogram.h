// Percentiles of any number of measurements in a fixed amount of memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace rustcam {

/// Of durations, in microseconds.
struct Percentiles {
  double p50 = 0;
  double p99 = 0;
  double max = 0;
};

/// Counts durations in buckets whose width is under 1.6 % of their value, from 1 ns to 18 minutes;
/// the greatest is kept exactly. Negative durations count as 0.
class Histogram {
 public:
  void add(Duration d) noexcept;
  std::int64_t count() const noexcept { return count_; }
  /// The smallest duration that at least `part` (0..1) of all do not exceed, to within a bucket.
  Duration quantile(double part) const noexcept;
  Duration max() const noexcept { return Duration(max_); }
  /// nullopt if nothing was counted.
  std::optional<Percentiles> percentiles() const;

 private:
  static constexpr int sub_bits = 6;  ///< 64 buckets for each doubling
  static constexpr int top_bits = 40;
  static constexpr int buckets = (top_bits - sub_bits + 1) << sub_bits;

  static int bucket_of(std::int64_t ns) noexcept;
  static std::int64_t upper_edge(int bucket) noexcept;

  std::array<std::int64_t, buckets> counts_{};
  std::int64_t count_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace rustcam
