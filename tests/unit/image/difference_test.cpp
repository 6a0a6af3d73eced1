#include "image/difference.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

namespace rustcam {
namespace {

/// Rows are longer than they need to be, and what lies behind them always differs.
class Pixels {
 public:
  Pixels(Size size, std::int32_t bytes, std::uint8_t behind)
      : bytes_(bytes),
        stride_(std::ptrdiff_t{size.width} * bytes + 24),
        memory_(static_cast<std::size_t>(stride_ * size.height), behind) {
    for (std::int32_t y = 0; y < size.height; ++y)
      std::fill_n(memory_.begin() + y * stride_, size.width * bytes, std::uint8_t{7});
  }
  Plane<const std::uint8_t> plane() const { return {memory_.data(), stride_}; }
  std::uint8_t* byte(Point p) {
    return &memory_[static_cast<std::size_t>(p.y * stride_ + std::ptrdiff_t{p.x} * bytes_)];
  }
  /// Changes one byte of this pixel.
  void change(Point p, std::int32_t nth) { ++byte(p)[nth]; }

 private:
  std::int32_t bytes_;
  std::ptrdiff_t stride_;
  std::vector<std::uint8_t> memory_;
};

}  // namespace

TEST_CASE("every pixel that differs is found, in boxes of one for each band") {
  std::mt19937 random(7);
  const auto below = [&](std::int32_t n) {
    return static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(n));
  };
  for (int round = 0; round < 2000; ++round) {
    const Size size{1 + below(300), 1 + below(70)};
    const std::int32_t bytes = 1 + below(8);
    const std::int32_t band = 1 + below(40);
    const Pixels before(size, bytes, 1);
    Pixels after(size, bytes, 2);
    std::vector<Point> changed;
    for (int i = below(6); i > 0; --i) {
      changed.push_back({below(size.width), below(size.height)});
      after.change(changed.back(), below(bytes));
    }
    const Region found = difference(before.plane(), after.plane(), size, bytes, band);
    CAPTURE(round);
    REQUIRE(found.empty() == changed.empty());
    for (const Point& p : changed) REQUIRE(found.contains(p));
    REQUIRE(Rect::of(size).contains(found.bounds()));
    for (std::int32_t top = 0; top < size.height; top += band) {
      Region in_band = found;
      in_band.intersect(Rect{0, top, size.width, top + band});
      REQUIRE(in_band.count() <= 1);
    }
  }
}

TEST_CASE("little is found where little differs") {
  constexpr Size size{1920, 64};
  const Pixels before(size, 4, 1);
  Pixels after(size, 4, 2);
  after.change({700, 20}, 0);
  after.change({730, 30}, 3);
  const Rect found = difference(before.plane(), after.plane(), size, 4, 16).bounds();
  CHECK(found.top == 16);
  CHECK(found.bottom == 32);
  CHECK(found.width() <= 3 * 64);
}

TEST_CASE("it ends, inside of the picture, though others write into it meanwhile") {
  constexpr Size size{4000, 1};
  const Pixels before(size, 4, 1);
  Pixels after(size, 4, 1);
  // Volatile, since to the compiler nobody else reads it.
  volatile std::uint8_t* const last = after.byte({size.width - 1, 0});
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) *last = *last == 7 ? 8 : 7;
  });
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  bool inside = true;
  while (std::chrono::steady_clock::now() < until)
    inside = inside && Rect::of(size).contains(
                           difference(before.plane(), after.plane(), size, 4, 16).bounds());
  done = true;
  other.join();
  CHECK(inside);
}

}  // namespace rustcam
