#include "image/pointer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "image/convert.h"
#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

constexpr std::array kinds{PointerKind::straight_alpha, PointerKind::premultiplied_alpha,
                           PointerKind::masked_color, PointerKind::monochrome};

PointerShape random_shape(PointerKind kind, Size size, Rng& rng) {
  PointerShape shape;
  shape.kind = kind;
  shape.size = size;
  const bool mono = kind == PointerKind::monochrome;
  shape.stride = (mono ? (size.width + 7) / 8 : size.width * 4) + between(rng, 0, 5);
  shape.pixels.resize(static_cast<std::size_t>(shape.stride * size.height * (mono ? 2 : 1)));
  for (std::uint8_t& byte : shape.pixels) byte = static_cast<std::uint8_t>(rng());
  for (std::int32_t y = 0; y < size.height && !mono; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      std::uint8_t* p = &shape.pixels[static_cast<std::size_t>(y * shape.stride + x * 4)];
      const int choice = between(rng, 0, 3);
      if (choice == 0 || (kind == PointerKind::masked_color && choice == 1)) p[3] = 0;
      if (choice == 2 || (kind == PointerKind::masked_color && choice == 3)) p[3] = 255;
      if (kind == PointerKind::premultiplied_alpha)
        for (int i = 0; i < 3; ++i) p[i] = static_cast<std::uint8_t>(p[i] * p[3] / 255);
    }
  return shape;
}

/// What the screen's colour `s` becomes under pixel (x, y) of the shape, said as the documents of
/// DXGI and XFixes say it, in double precision.
int expected(const PointerShape& shape, std::int32_t x, std::int32_t y, int channel, int s) {
  const auto byte = [&](std::int32_t row, std::int32_t offset) -> int {
    return shape.pixels[static_cast<std::size_t>(row * shape.stride + offset)];
  };
  if (shape.kind == PointerKind::monochrome) {
    const int shift = 7 - x % 8;
    const int and_mask = (byte(y, x / 8) >> shift & 1) * 255;
    const int xor_mask = (byte(y + shape.size.height, x / 8) >> shift & 1) * 255;
    return (s & and_mask) ^ xor_mask;
  }
  const int color = byte(y, x * 4 + channel);
  const int alpha = byte(y, x * 4 + 3);
  const double a = alpha / 255.0;
  if (shape.kind == PointerKind::straight_alpha)
    return static_cast<int>(std::floor(color * a + s * (1 - a) + 0.5));
  if (shape.kind == PointerKind::premultiplied_alpha)
    return static_cast<int>(std::floor(color + s * (1 - a) + 0.5));
  return alpha == 0 ? color : s ^ color;
}

void check_blend(const PointerShape& shape, Point top_left, Point origin, Size size, Rng& rng) {
  CAPTURE(top_left.x);
  CAPTURE(top_left.y);
  Image before = random_bgra(size, rng);
  make_opaque(before.view());
  GuardedPicture picture(PixelFormat::bgra, size, {}, between(rng, 0, 1) == 1);
  copy_region(as_const(before.view()), Rect::of(size), picture.view);
  const Pointer pointer{top_left, true, false, std::make_shared<const PointerShape>(shape)};
  blend_pointer(pointer, origin, picture.view);
  REQUIRE(picture.guards_intact());
  const Rect covered = translate(pointer.rect(), -origin.x, -origin.y);
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      const std::uint8_t* got = picture.view.row(y) + x * 4;
      const std::uint8_t* was = before.view().row(y) + x * 4;
      REQUIRE(got[3] == 255);
      for (int i = 0; i < 3; ++i)
        REQUIRE(int{got[i]} == (covered.contains(Point{x, y})
                                    ? expected(shape, x - covered.left, y - covered.top, i, was[i])
                                    : was[i]));
    }
}

}  // namespace

TEST_CASE("every kind of pointer is blended pixel for pixel and clipped at every edge") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  const Size size{40, 30};
  for (const PointerKind kind : kinds)
    for (int round = 0; round < 30; ++round) {
      const PointerShape shape =
          random_shape(kind, {between(rng, 1, 20), between(rng, 1, 20)}, rng);
      const Point origin{between(rng, -100, 100), between(rng, -100, 100)};
      const auto at = [&](std::int32_t x, std::int32_t y) {
        check_blend(shape, {origin.x + x, origin.y + y}, origin, size, rng);
      };
      const std::int32_t w = shape.size.width;
      const std::int32_t h = shape.size.height;
      at(5, 5);
      at(-w / 2, 5);               // left
      at(5, -h / 2);               // top
      at(size.width - w / 2, 5);   // right
      at(5, size.height - h / 2);  // bottom
      at(-w / 2, -h / 2);
      at(size.width - 1, size.height - 1);
      at(-w, 5);  // just outside
      at(5, -h);
      at(size.width, 5);
      at(5, size.height);
      at(between(rng, -25, 45), between(rng, -25, 35));
    }
}

TEST_CASE("a pointer larger than the picture covers all of it") {
  Rng rng(3);
  for (const PointerKind kind : kinds)
    check_blend(random_shape(kind, {33, 29}, rng), {-7, -5}, {0, 0}, {11, 9}, rng);
}

TEST_CASE("positions at the limits of int32 draw nothing") {
  Rng rng(4);
  const PointerShape shape = random_shape(PointerKind::straight_alpha, {8, 8}, rng);
  constexpr std::int32_t low = -2147483647 - 1;
  constexpr std::int32_t high = 2147483647;
  for (const Point p : {Point{low, low}, Point{high, high}, Point{low, 5}, Point{5, high}})
    for (const Point origin : {Point{0, 0}, Point{-1, -1}, Point{100, 100}}) {
      Image picture = random_bgra({10, 10}, rng);
      Image before(PixelFormat::bgra, picture.size());
      copy_region(as_const(picture.view()), Rect::of(picture.size()), before.view());
      blend_pointer({p, true, false, std::make_shared<const PointerShape>(shape)}, origin,
                    picture.view());
      for (std::int32_t y = 0; y < 10; ++y)
        REQUIRE(
            std::equal(picture.view().row(y), picture.view().row(y) + 40, before.view().row(y)));
    }
}

TEST_CASE("a pointer that is hidden, embedded or unknown is not drawn") {
  Rng rng(5);
  const auto shape =
      std::make_shared<const PointerShape>(random_shape(PointerKind::masked_color, {8, 8}, rng));
  for (const Pointer& p : {Pointer{{0, 0}, false, false, shape}, Pointer{{0, 0}, true, true, shape},
                           Pointer{{0, 0}, true, false, nullptr}}) {
    Image picture = random_bgra({10, 10}, rng);
    const std::uint8_t first = picture.view().row(0)[0];
    picture.view().row(0)[3] = 9;
    blend_pointer(p, {0, 0}, picture.view());
    CHECK(picture.view().row(0)[0] == first);
    CHECK(picture.view().row(0)[3] == 9);
    CHECK(p.rect().empty());
  }
}

TEST_CASE("known pixels of each kind") {
  const auto blend = [](PointerKind kind, std::vector<std::uint8_t> pixels, std::int32_t stride) {
    Image screen(PixelFormat::bgra, {1, 1});
    const std::array<std::uint8_t, 4> grey{100, 150, 200, 255};
    std::copy(grey.begin(), grey.end(), screen.view().row(0));
    PointerShape shape{kind, {1, 1}, stride, std::move(pixels)};
    blend_pointer({{0, 0}, true, false, std::make_shared<const PointerShape>(shape)}, {0, 0},
                  screen.view());
    return std::vector<std::uint8_t>(screen.view().row(0), screen.view().row(0) + 4);
  };
  using Bytes = std::vector<std::uint8_t>;
  CHECK(blend(PointerKind::straight_alpha, {0, 0, 0, 51}, 4) == Bytes{80, 120, 160, 255});
  CHECK(blend(PointerKind::premultiplied_alpha, {10, 20, 30, 51}, 4) == Bytes{90, 140, 190, 255});
  CHECK(blend(PointerKind::premultiplied_alpha, {255, 255, 255, 0}, 4) ==
        Bytes{255, 255, 255, 255});  // malformed, but must not wrap round
  CHECK(blend(PointerKind::masked_color, {1, 2, 3, 0}, 4) == Bytes{1, 2, 3, 255});
  CHECK(blend(PointerKind::masked_color, {255, 255, 255, 255}, 4) == Bytes{155, 105, 55, 255});
  CHECK(blend(PointerKind::monochrome, {0x00, 0x00}, 1) == Bytes{0, 0, 0, 255});
  CHECK(blend(PointerKind::monochrome, {0x00, 0x80}, 1) == Bytes{255, 255, 255, 255});
  CHECK(blend(PointerKind::monochrome, {0x80, 0x00}, 1) == Bytes{100, 150, 200, 255});
  CHECK(blend(PointerKind::monochrome, {0x80, 0x80}, 1) == Bytes{155, 105, 55, 255});
}

TEST_CASE("malformed shapes are refused") {
  Rng rng(6);
  Image screen = random_bgra({10, 10}, rng);
  const auto blend = [&](const PointerShape& shape) {
    blend_pointer({{0, 0}, true, false, std::make_shared<const PointerShape>(shape)}, {0, 0},
                  screen.view());
  };
  for (const PointerKind kind : kinds) {
    PointerShape shape = random_shape(kind, {9, 4}, rng);
    CHECK_NOTHROW(blend(shape));
    PointerShape cut = shape;
    cut.pixels.pop_back();
    CHECK_THROWS_AS(blend(cut), std::invalid_argument);
    PointerShape narrow = shape;
    narrow.stride = kind == PointerKind::monochrome ? 1 : 35;
    CHECK_THROWS_AS(blend(narrow), std::invalid_argument);
    PointerShape negative = shape;
    negative.size.height = -4;
    CHECK_THROWS_AS(blend(negative), std::invalid_argument);
    PointerShape huge = shape;
    huge.size = {0x7FFFFFFF, 0x7FFFFFFF};
    CHECK_THROWS_AS(blend(huge), std::invalid_argument);
  }
  CHECK_NOTHROW(blend(PointerShape{}));
  Image gray(PixelFormat::gray, {10, 10});
  CHECK_THROWS_AS(blend_pointer({}, {0, 0}, gray.view()), std::invalid_argument);
}
