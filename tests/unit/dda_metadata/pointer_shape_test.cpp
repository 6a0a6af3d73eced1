#include "capture/dda/pointer_shape.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace rustcam;
using namespace rustcam::dda;

namespace {

std::vector<std::byte> counting(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

}  // namespace

TEST_CASE("a colour pointer keeps its pixels, without the padding of its rows") {
  const auto shape = parse_pointer_shape({2, 2, 3, 16}, counting(48));
  REQUIRE(shape);
  CHECK(shape->kind == PointerKind::straight_alpha);
  CHECK(shape->size == Size{2, 3});
  CHECK(shape->stride == 8);
  REQUIRE(shape->pixels.size() == 24);
  CHECK(shape->pixels[8] == 16);
  CHECK(shape->pixels[16] == 32);
}

TEST_CASE("a monochrome pointer is half as high as its two masks") {
  const auto shape = parse_pointer_shape({1, 32, 64, 4}, counting(256));
  REQUIRE(shape);
  CHECK(shape->kind == PointerKind::monochrome);
  CHECK(shape->size == Size{32, 32});
  CHECK(shape->pixels.size() == 256);
  CHECK_FALSE(parse_pointer_shape({1, 32, 63, 4}, counting(256)));
}

TEST_CASE("a masked colour pointer is told apart") {
  const auto shape = parse_pointer_shape({4, 4, 4, 16}, counting(64));
  REQUIRE(shape);
  CHECK(shape->kind == PointerKind::masked_color);
}

TEST_CASE("the last row need not be padded") {
  CHECK(parse_pointer_shape({2, 2, 3, 16}, counting(40)));
  CHECK_FALSE(parse_pointer_shape({2, 2, 3, 16}, counting(39)));
}

TEST_CASE("what cannot be a pointer is none") {
  CHECK_FALSE(parse_pointer_shape({3, 2, 2, 8}, counting(64)));
  CHECK_FALSE(parse_pointer_shape({2, 0, 2, 8}, counting(64)));
  CHECK_FALSE(parse_pointer_shape({2, 2, 0, 8}, counting(64)));
  CHECK_FALSE(parse_pointer_shape({1, 8, 1, 1}, counting(64)));
  CHECK_FALSE(parse_pointer_shape({2, 4, 2, 8}, counting(64)));
  CHECK_FALSE(parse_pointer_shape({2, 0xffffffff, 2, 0xffffffff}, counting(64)));
  CHECK_FALSE(parse_pointer_shape({2, 2, 0xffffffff, 0xffffffff}, counting(64)));
  CHECK_FALSE(parse_pointer_shape({2, 2, 2, 8}, {}));
}

TEST_CASE("whatever the description, a shape fills its size") {
  std::mt19937 random(11);
  const auto bytes = counting(4096);
  for (int round = 0; round < 5000; ++round) {
    const PointerShapeInfo info{
        static_cast<std::uint32_t>(random() % 6), static_cast<std::uint32_t>(random() % 80),
        static_cast<std::uint32_t>(random() % 80), static_cast<std::uint32_t>(random() % 300)};
    const auto shape = parse_pointer_shape(info, bytes);
    if (!shape) continue;
    const std::size_t rows = static_cast<std::size_t>(shape->size.height) *
                             (shape->kind == PointerKind::monochrome ? 2 : 1);
    CHECK(shape->pixels.size() == rows * static_cast<std::size_t>(shape->stride));
  }
}
