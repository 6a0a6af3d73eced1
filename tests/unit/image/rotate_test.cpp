#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <stdexcept>

#include "image/convert.h"
#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

TEST_CASE("rotation puts every pixel where geometry says") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (const Rotation rotation :
       {Rotation::none, Rotation::clockwise90, Rotation::clockwise180, Rotation::clockwise270})
    for (int round = 0; round < 40; ++round) {
      const Size native{between(rng, 1, 70), between(rng, 1, 70)};
      const Image from = random_bgra(native, rng);
      const Size upright = rotate(Rect::of(native), native, rotation).size();
      GuardedPicture into(PixelFormat::bgra, upright, {}, round % 2 == 1);
      rotate(from.view(), rotation, into.view);
      REQUIRE(into.guards_intact());
      for (std::int32_t y = 0; y < native.height; ++y)
        for (std::int32_t x = 0; x < native.width; ++x) {
          const Rect to = rotate(Rect{x, y, x + 1, y + 1}, native, rotation);
          REQUIRE(std::memcmp(from.view().row(y) + x * 4, into.view.row(to.top) + to.left * 4, 4) ==
                  0);
        }
    }
}

TEST_CASE("rotation refuses a picture of the wrong shape") {
  Image wide(PixelFormat::bgra, {6, 4});
  Image also_wide(PixelFormat::bgra, {6, 4});
  Image tall_bgr(PixelFormat::bgr, {4, 6});
  const ConstImageView from = as_const(wide.view());
  CHECK_THROWS_AS(rotate(from, Rotation::clockwise90, also_wide.view()), std::invalid_argument);
  CHECK_THROWS_AS(rotate(from, Rotation::clockwise90, tall_bgr.view()), std::invalid_argument);
  CHECK_NOTHROW(rotate(from, Rotation::clockwise180, also_wide.view()));
}
