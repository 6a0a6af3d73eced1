#include "base/region.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <locale>
#include <random>
#include <utility>

using namespace rustcam;

namespace {

constexpr int side = 24;
using Bitmap = std::bitset<side * side>;

Bitmap bitmap(const Region& region) {
  Bitmap bits;
  for (const Rect& r : region.rects())
    for (int y = r.top; y < r.bottom; ++y)
      for (int x = r.left; x < r.right; ++x) {
        const auto i = static_cast<std::size_t>(y * side + x);
        REQUIRE_FALSE(bits.test(i));  // rectangles are disjoint
        bits.set(i);
      }
  return bits;
}

Bitmap bitmap(const Rect& r) {
  return bitmap(Region(r));
}

Rect random_rect(std::mt19937& rng) {
  std::uniform_int_distribution<int> edge(0, side);
  int l = edge(rng);
  int r = edge(rng);
  int t = edge(rng);
  int b = edge(rng);
  if (l > r) std::swap(l, r);
  if (t > b) std::swap(t, b);
  return {l, t, r, b};
}

}  // namespace

TEST_CASE("region operations agree with a bitmap") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 rng(seed);
  for (int round = 0; round < 400; ++round) {
    Region region;
    Bitmap model;
    for (int step = 0; step < 12; ++step) {
      const Rect r = random_rect(rng);
      const Rect r2 = random_rect(rng);
      Region other(r);
      other.add(r2);
      const Bitmap other_bits = bitmap(r) | bitmap(r2);
      REQUIRE(bitmap(other) == other_bits);
      switch (std::uniform_int_distribution<int>(0, 4)(rng)) {
        case 0:
          region.add(r);
          model |= bitmap(r);
          break;
        case 1:
          region.add(other);
          model |= other_bits;
          break;
        case 2:
          region.subtract(other);
          model &= ~other_bits;
          break;
        case 3:
          if (step % 3 == 0) {
            region.intersect(other);
            model &= other_bits;
          }
          break;
        default:
          if (step % 4 == 0) {
            region.intersect(r);
            model &= bitmap(r);
          }
          break;
      }
      REQUIRE(bitmap(region) == model);
      REQUIRE(region.area() == static_cast<std::int64_t>(model.count()));
      REQUIRE(region.empty() == model.none());
      REQUIRE(region.contains(r) == ((bitmap(r) & ~model).none()));
    }
  }
}

TEST_CASE("the same pixels have the same rectangles") {
  Region a(Rect{0, 0, 10, 10});
  Region b(Rect{0, 5, 10, 10});
  b.add(Rect{0, 0, 4, 5});
  b.add(Rect{4, 0, 10, 5});
  CHECK(a == b);
  CHECK(b.count() == 1);
}

TEST_CASE("simplified is a superset with few rectangles") {
  Region region;
  for (int i = 0; i < 20; ++i) region.add(Rect{i * 10, i * 10, i * 10 + 2, i * 10 + 2});
  CHECK(region.simplified(32) == region);
  CHECK(region.simplified(1) == Region(Rect{0, 0, 192, 192}));
  for (std::size_t most = 2; most < 20; ++most) {
    const Region few = region.simplified(most);
    CHECK(few.count() <= most);
    for (const Rect& r : region.rects()) CHECK(few.contains(r));
    CHECK(few.area() < std::int64_t{192} * 192);
  }
  Region nearly(Rect{0, 0, 100, 100});
  nearly.subtract(Rect{0, 0, 3, 3});
  CHECK(nearly.simplified(32).count() == 1);
}

TEST_CASE("simplified keeps things apart that lie apart") {
  // A window's trail, and a small box far from it that changes with every step.
  Region region(Rect{1000, 10, 1200, 40});
  for (int i = 0; i < 40; ++i) region.add(Rect{10 + 3 * i, 5 + 4 * i, 410 + 3 * i, 245 + 4 * i});
  REQUIRE(region.count() > 32);
  const Region few = region.simplified(32);
  CHECK(few.count() <= 32);
  CHECK(few.contains(Rect{1000, 10, 1200, 40}));
  for (const Rect& r : region.rects()) CHECK(few.contains(r));
  CHECK(few.area() < region.area() * 5 / 4);
}

TEST_CASE("simplified is a superset of any region, and small enough") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    unsigned state = seed;
    const auto random = [&](int limit) {
      state = state * 1664525U + 1013904223U;
      return static_cast<int>((state >> 8) % static_cast<unsigned>(limit));
    };
    Region region;
    for (int i = 0; i < 30; ++i) {
      const int x = random(500);
      const int y = random(500);
      region.add(Rect{x, y, x + 1 + random(80), y + 1 + random(80)});
    }
    for (const std::size_t most : std::array<std::size_t, 5>{0, 1, 3, 8, 32}) {
      const Region few = region.simplified(most);
      CHECK(few.count() <= std::max<std::size_t>(most, 1));
      for (const Rect& r : region.rects()) CHECK(few.contains(r));
    }
  }
}

TEST_CASE("widening to even edges stays inside odd bounds") {
  const Rect bounds{0, 0, 101, 51};
  CHECK(widen_to_even(Rect{3, 5, 4, 6}, bounds) == Rect{2, 4, 4, 6});
  CHECK(widen_to_even(Rect{99, 49, 101, 51}, bounds) == Rect{98, 48, 101, 51});
  CHECK(widen_to_even(Rect{}, bounds).empty());
}

TEST_CASE("extreme coordinates do not overflow") {
  const Rect far{2147483000, 2147483000, 2147483647, 2147483647};
  CHECK(translate(far, 1000, 1000).right == 2147483647);

  Region region(far);
  region.add(Rect{-2147483647, 0, 0, 5});
  CHECK(region.count() == 2);
}

TEST_CASE("rotation of rectangles turns corners where they belong") {
  const Size native{1920, 1080};
  const Rect corner{0, 0, 10, 20};
  CHECK(rotate(corner, native, Rotation::none) == corner);
  CHECK(rotate(corner, native, Rotation::clockwise90) == Rect{1060, 0, 1080, 10});
  CHECK(rotate(corner, native, Rotation::clockwise180) == Rect{1910, 1060, 1920, 1080});
  CHECK(rotate(corner, native, Rotation::clockwise270) == Rect{0, 1910, 20, 1920});
}
