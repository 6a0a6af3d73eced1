#include "capture/dda/metadata.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

using namespace rustcam;
using namespace rustcam::dda;

namespace {

std::vector<std::byte> bytes_of(const std::vector<std::int32_t>& numbers) {
  std::vector<std::byte> bytes(numbers.size() * sizeof(std::int32_t));
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

constexpr Size screen{1920, 1080};
const std::vector<std::byte> none;

}  // namespace

TEST_CASE("dirty rectangles are what changed") {
  const auto dirty = bytes_of({10, 20, 30, 40, 100, 200, 300, 400});
  Region expected(Rect{10, 20, 30, 40});
  expected.add(Rect{100, 200, 300, 400});
  CHECK(native_damage(dirty, none, screen) == expected);
}

TEST_CASE("a move makes its destination dirty, not its source") {
  const auto move = bytes_of({0, 0, 500, 600, 700, 800});
  CHECK(native_damage(none, move, screen) == Region(Rect{500, 600, 700, 800}));
  const auto dirty = bytes_of({0, 0, 8, 8});
  CHECK(native_damage(dirty, move, screen)->area() == 64 + 200 * 200);
}

TEST_CASE("a frame without rectangles has changed everywhere") {
  CHECK_FALSE(native_damage(none, none, screen).has_value());
}

TEST_CASE("an empty rectangle changes nothing") {
  const auto damage = native_damage(bytes_of({5, 5, 5, 9}), none, screen);
  REQUIRE(damage.has_value());
  CHECK(damage->empty());
}

TEST_CASE("rectangles are cut to the desktop") {
  const auto damage =
      native_damage(bytes_of({-50, -50, 10, 10, 1900, 1000, 9999, 9999}), none, screen);
  REQUIRE(damage.has_value());
  CHECK(damage->area() == 100 + 20 * 80);
  CHECK(Rect::of(screen).contains(damage->bounds()));
  const auto outside = native_damage(bytes_of({5000, 5000, 6000, 6000}), none, screen);
  REQUIRE(outside.has_value());
  CHECK(outside->empty());
}

TEST_CASE("bytes that make no sense mean everything") {
  CHECK_FALSE(native_damage(bytes_of({30, 20, 10, 40}), none, screen).has_value());
  CHECK_FALSE(native_damage(bytes_of({10, 40, 30, 20}), none, screen).has_value());
  CHECK_FALSE(native_damage(none, bytes_of({0, 0, 9, 9, 8, 8}), screen).has_value());
  auto cut = bytes_of({10, 20, 30, 40});
  cut.pop_back();
  CHECK_FALSE(native_damage(cut, none, screen).has_value());
  CHECK_FALSE(native_damage(none, bytes_of({1, 2, 3, 4}), screen).has_value());
}

TEST_CASE("very many rectangles become the one around them") {
  std::vector<std::int32_t> numbers;
  for (std::int32_t i = 0; i < 2000; ++i)
    numbers.insert(numbers.end(), {i % 1900, i % 1000, i % 1900 + 2, i % 1000 + 2});
  const auto damage = native_damage(bytes_of(numbers), none, screen);
  REQUIRE(damage.has_value());
  CHECK(damage->count() == 1);
  CHECK(damage->bounds() == Rect{0, 0, 1901, 1001});
}

TEST_CASE("whatever the bytes, damage lies on the desktop") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::byte> dirty(random() % 100), moves(random() % 100);
    for (auto& b : dirty) b = static_cast<std::byte>(random() % 3 == 0 ? 0 : random());
    for (auto& b : moves) b = static_cast<std::byte>(random() % 3 == 0 ? 0 : random());
    const auto damage = native_damage(dirty, moves, screen);
    if (damage) CHECK(Rect::of(screen).contains(damage->bounds()));
  }
}

TEST_CASE("upright and native are each other's inverse for every rotation") {
  const Size native{1920, 1080};
  Region region(Rect{10, 20, 110, 50});
  region.add(Rect{1900, 1070, 1920, 1080});
  for (const Rotation rotation :
       {Rotation::none, Rotation::clockwise90, Rotation::clockwise180, Rotation::clockwise270}) {
    const Region upright = to_upright(region, native, rotation);
    CHECK(upright.area() == region.area());
    CHECK(Rect::of(upright_size(native, rotation)).contains(upright.bounds()));
    CHECK(to_native(upright, native, rotation) == region);
  }
  // Turned clockwise by a quarter, the native top-left corner is the upright top-right one.
  CHECK(to_upright(Rect{0, 0, 10, 20}, native, Rotation::clockwise90) ==
        Region(Rect{1060, 0, 1080, 10}));
  CHECK(upright_size(native, Rotation::clockwise90) == Size{1080, 1920});
}
