#include "base/histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace rustcam;
using namespace std::chrono_literals;

TEST_CASE("nothing measured, nothing told") {
  CHECK_FALSE(Histogram().percentiles());
}

TEST_CASE("percentiles are within a bucket of the exact ones") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::lognormal_distribution<double> ns(10 + seed % 8, 2);
    Histogram h;
    std::vector<double> all;
    for (int i = 0; i < 5000; ++i) {
      const auto v = static_cast<std::int64_t>(ns(random));
      h.add(Duration(v));
      all.push_back(static_cast<double>(v));
    }
    std::sort(all.begin(), all.end());
    const auto exact = [&](double part) {
      return all[static_cast<std::size_t>(part * 5000) - 1] / 1e3;
    };
    const auto p = h.percentiles();
    REQUIRE(p);
    CHECK(p->p50 == doctest::Approx(exact(0.5)).epsilon(0.02));
    CHECK(p->p99 == doctest::Approx(exact(0.99)).epsilon(0.02));
    CHECK(p->max == doctest::Approx(all.back() / 1e3));
  }
}

TEST_CASE("what is out of range is kept at the ends") {
  Histogram h;
  h.add(-5ms);
  h.add(std::chrono::hours(24 * 365));
  CHECK(h.count() == 2);
  CHECK(h.quantile(0.5) == 0ns);
  CHECK(h.max() == std::chrono::hours(24 * 365));
}
