#include "image/scale.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <stdexcept>

#include "image/convert.h"
#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

void paint(const ImageView& v, const Rect& r, int b, int g, int red) {
  for (std::int32_t y = r.top; y < r.bottom; ++y)
    for (std::int32_t x = r.left; x < r.right; ++x) {
      std::uint8_t* p = v.row(y) + x * 4;
      p[0] = static_cast<std::uint8_t>(b);
      p[1] = static_cast<std::uint8_t>(g);
      p[2] = static_cast<std::uint8_t>(red);
      p[3] = 0;
    }
}

bool is(const ConstImageView& v, std::int32_t x, std::int32_t y, int b, int g, int r,
        int tolerance) {
  const std::uint8_t* p = v.row(y) + x * 4;
  return std::abs(p[0] - b) <= tolerance && std::abs(p[1] - g) <= tolerance &&
         std::abs(p[2] - r) <= tolerance && p[3] == 255;
}

}  // namespace

TEST_CASE("fit_into keeps the aspect and centres") {
  CHECK(fit_into({1920, 1080}, {1280, 720}) == Rect{0, 0, 1280, 720});
  CHECK(fit_into({1920, 1080}, {1000, 1000}) == Rect{0, 218, 1000, 781});
  CHECK(fit_into({1080, 1920}, {1920, 1080}) == Rect{656, 0, 1264, 1080});
  CHECK(fit_into({640, 480}, {640, 480}) == Rect{0, 0, 640, 480});
  CHECK(fit_into({65535, 1}, {100, 100}).size() == Size{100, 1});
  CHECK(fit_into({1, 65535}, {100, 100}).size() == Size{1, 100});
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (int round = 0; round < 2000; ++round) {
    const Size picture{between(rng, 1, 5000), between(rng, 1, 5000)};
    const Size frame{between(rng, 1, 5000), between(rng, 1, 5000)};
    const Rect r = fit_into(picture, frame);
    REQUIRE_FALSE(r.empty());
    REQUIRE(Rect::of(frame).contains(r));
    REQUIRE((r.width() == frame.width || r.height() == frame.height));
    REQUIRE(std::abs(r.left - (frame.width - r.right)) <= 1);
    REQUIRE(std::abs(r.top - (frame.height - r.bottom)) <= 1);
  }
}

TEST_CASE("flat colours keep their value at every size") {
  Scaler scaler;
  for (const Size into_size : {Size{100, 60}, Size{33, 21}, Size{320, 200}, Size{7, 300}})
    for (int color = 0; color < 27; ++color) {
      const int b = color % 3 * 127;
      const int g = color / 3 % 3 * 127;
      const int r = color / 9 * 127;
      Image from(PixelFormat::bgra, {100, 60});
      paint(from.view(), Rect::of(from.size()), b, g, r);
      Image into(PixelFormat::bgra, into_size);
      scaler.scale(as_const(from.view()), into.view());
      CAPTURE(to_string(into_size));
      CAPTURE(color);
      for (std::int32_t y = 0; y < into_size.height; ++y)
        for (std::int32_t x = 0; x < into_size.width; ++x)
          REQUIRE(is(as_const(into.view()), x, y, b, g, r, 1));
    }
}

TEST_CASE("halving takes the mean, without bleeding colour sideways") {
  Image from(PixelFormat::bgra, {64, 64});
  Rng rng(1);
  fill_random(from.view(), rng);
  Image into(PixelFormat::bgra, {32, 32});
  Scaler().scale(as_const(from.view()), into.view());
  for (std::int32_t y = 0; y < 32; ++y)
    for (std::int32_t x = 0; x < 32; ++x) {
      int mean[3];
      for (int i = 0; i < 3; ++i) {
        const std::uint8_t* upper = from.view().row(2 * y) + 8 * x + i;
        const std::uint8_t* lower = from.view().row(2 * y + 1) + 8 * x + i;
        mean[i] = (upper[0] + upper[4] + lower[0] + lower[4] + 2) / 4;
      }
      REQUIRE(is(as_const(into.view()), x, y, mean[0], mean[1], mean[2], 1));
    }
}

TEST_CASE("fit paints the borders black and the picture inside them") {
  Image from(PixelFormat::bgra, {80, 40});
  paint(from.view(), {0, 0, 40, 40}, 250, 10, 20);
  paint(from.view(), {40, 0, 80, 40}, 10, 240, 200);
  GuardedPicture into(PixelFormat::bgra, {60, 60}, {}, false);
  Scaler().fit(as_const(from.view()), into.view);
  REQUIRE(into.guards_intact());
  const Rect inner = fit_into(from.size(), {60, 60});
  CHECK(inner == Rect{0, 15, 60, 45});
  const ConstImageView v = as_const(into.view);
  for (std::int32_t y = 0; y < 60; ++y)
    for (std::int32_t x = 0; x < 60; ++x) {
      if (!inner.contains(Point{x, y}))
        REQUIRE(is(v, x, y, 0, 0, 0, 0));
      else if (x < 28)
        REQUIRE(is(v, x, y, 250, 10, 20, 1));
      else if (x >= 32)
        REQUIRE(is(v, x, y, 10, 240, 200, 1));
    }
}

TEST_CASE("the same size is an exact copy, and one scaler serves changing sizes") {
  Rng rng(2);
  Scaler scaler;
  for (const Size size : {Size{31, 17}, Size{64, 8}, Size{31, 17}}) {
    const Image from = random_bgra(size, rng);
    Image same(PixelFormat::bgra, size);
    scaler.scale(from.view(), same.view());
    for (std::int32_t y = 0; y < size.height; ++y)
      for (std::int32_t x = 0; x < size.width; ++x) {
        const std::uint8_t* p = from.view().row(y) + x * 4;
        REQUIRE(is(as_const(same.view()), x, y, p[0], p[1], p[2], 0));
      }
    GuardedPicture other(PixelFormat::bgra, {40, 40}, {}, false);
    scaler.fit(from.view(), other.view);
    REQUIRE(other.guards_intact());
  }
}

TEST_CASE("what cannot be scaled is refused") {
  Image bgra(PixelFormat::bgra, {4, 4});
  Image gray(PixelFormat::gray, {8, 8});
  Image none;
  Scaler scaler;
  CHECK_THROWS_AS(scaler.scale(as_const(bgra.view()), gray.view()), std::invalid_argument);
  CHECK_THROWS_AS(scaler.scale(as_const(gray.view()), bgra.view()), std::invalid_argument);
  CHECK_THROWS_AS(scaler.fit(as_const(none.view()), bgra.view()), std::invalid_argument);
}
