#include "stimulus/barcode.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "stimulus/barcode_code.h"
#include "stimulus/scene.h"
#include "support/picture.h"

using namespace rustcam;
using test::Picture;

namespace {

const Size sizes[] = {{64, 64},     {80, 60},     {160, 120},   {320, 240},
                      {641, 481},   {800, 600},   {1280, 720},  {1366, 768},
                      {1920, 1080}, {1921, 1081}, {2560, 1440}, {3840, 2160}};
const std::uint32_t values[] = {0, 1, 2, 59, 12345, 0x7FFFFFFF, 0xAAAAAAAA, 0xFFFFFFFF};

std::optional<std::uint32_t> read(const Picture& picture) {
  return read_barcode(picture.view());
}

/// Luma as a limited-range encoder sees it.
Picture to_luma(const Picture& picture) {
  Picture luma(picture.size(), PixelFormat::gray);
  for (int y = 0; y < picture.size().height; ++y)
    for (int x = 0; x < picture.size().width; ++x) {
      const std::uint8_t* p = picture.at(x, y);
      *luma.at(x, y) = static_cast<std::uint8_t>(
          16.5 + 219.0 / 255 * (0.2126 * p[2] + 0.7152 * p[1] + 0.0722 * p[0]));
    }
  return luma;
}

/// Every pixel the mean of those that it covers; any factor.
Picture scale(const Picture& gray, Size to) {
  Picture out(to, PixelFormat::gray);
  const Size from = gray.size();
  for (int y = 0; y < to.height; ++y)
    for (int x = 0; x < to.width; ++x) {
      const int x0 = x * from.width / to.width;
      const int y0 = y * from.height / to.height;
      const int x1 = std::max(x0 + 1, (x + 1) * from.width / to.width);
      const int y1 = std::max(y0 + 1, (y + 1) * from.height / to.height);
      int sum = 0;
      for (int sy = y0; sy < y1; ++sy)
        for (int sx = x0; sx < x1; ++sx) sum += *gray.at(sx, sy);
      *out.at(x, y) = static_cast<std::uint8_t>(sum / ((x1 - x0) * (y1 - y0)));
    }
  return out;
}

void add_noise(Picture& picture, std::mt19937& rng, int amplitude) {
  std::uniform_int_distribution<int> noise(-amplitude, amplitude);
  for (std::uint8_t& b : picture.bytes())
    b = static_cast<std::uint8_t>(std::clamp(b + noise(rng), 0, 255));
}

Picture shown(Size size, std::uint32_t value, const char* scene = "flip_demo") {
  Picture picture(size);
  make_scene(scene, size)->draw(value, Rect::of(size), picture.view());
  return picture;
}

}  // namespace

TEST_CASE("a barcode can be read from every size, in colour, gray and halved") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 rng(seed);
  for (const Size size : sizes)
    for (const std::uint32_t value : values) {
      INFO(to_string(size) << " " << value);
      const Picture picture = shown(size, value);
      REQUIRE(read(picture) == value);
      const Picture luma = to_luma(picture);
      REQUIRE(read(luma) == value);
      Picture half = scale(luma, {size.width / 2, size.height / 2});
      REQUIRE(read(half) == value);
      add_noise(half, rng, 40);
      REQUIRE(read(half) == value);
    }
}

TEST_CASE("a barcode can be read at uneven scales and between black bars") {
  const Picture luma = to_luma(shown({1280, 720}, 4711, "mover"));
  for (const Size to : {Size{640, 360}, Size{700, 400}, Size{1000, 562}, Size{1920, 1080},
                        Size{2560, 1440}, Size{1280, 400}, Size{800, 720}}) {
    INFO(to_string(to));
    const Picture scaled = scale(luma, to);
    REQUIRE(read(scaled) == 4711U);
    for (const Point bar : {Point{0, 60}, Point{80, 0}, Point{7, 0}, Point{0, 5}}) {
      Picture barred({to.width + 2 * bar.x, to.height + 2 * bar.y}, PixelFormat::gray, 16);
      for (int y = 0; y < to.height; ++y)
        std::copy_n(scaled.at(0, y), to.width, barred.at(bar.x, bar.y + y));
      CHECK(read(barred) == 4711U);
    }
  }
}

TEST_CASE("luma planes of every layout are read") {
  Picture luma = to_luma(shown({640, 480}, 99));
  for (const PixelFormat format :
       {PixelFormat::gray, PixelFormat::nv12, PixelFormat::yuv420p, PixelFormat::yuv444p}) {
    ConstImageView view = as_const(luma.view());
    view.format = format;
    CHECK(read_barcode(view) == 99U);
  }
}

TEST_CASE("scenes carry their frame's number; static carries 0 for ever; it can be left out") {
  for (const std::string& name : scene_names()) {
    INFO(name);
    const Size size{640, 360};
    Picture picture(size);
    make_scene(name, size)->draw(1234, Rect::of(size), picture.view());
    CHECK(read(picture) == (name == "static" ? 0U : 1234U));
    make_scene(name, size, {.barcode = false})->draw(1234, Rect::of(size), picture.view());
    CHECK_FALSE(read(picture));
  }
}

TEST_CASE("a picture too small has no barcode and is left alone") {
  CHECK(barcode_rect({63, 63}).empty());
  CHECK(barcode_changing_rect({63, 63}).empty());
  Picture small({63, 63});
  draw_barcode(5, small.view());
  CHECK(small == Picture({63, 63}));
  CHECK_FALSE(read(small));
  CHECK_FALSE(read(Picture({3, 2}, PixelFormat::gray)));
  CHECK_FALSE(read_barcode(ConstImageView{}));
}

TEST_CASE("what covers a barcode hides the number but never changes it") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 rng(seed);
  std::uniform_int_distribution<int> where_x(-20, 130);
  std::uniform_int_distribution<int> where_y(-20, 45);
  std::uniform_int_distribution<int> side(2, 40);
  std::uniform_int_distribution<int> shade(0, 255);
  int hidden = 0;
  for (int round = 0; round < 3000; ++round) {
    Picture picture({512, 160}, PixelFormat::gray);
    const auto value = static_cast<std::uint32_t>(rng());
    {
      Picture colour({512, 160});
      draw_barcode(value, colour.view());
      for (int y = 0; y < 160; ++y)
        for (int x = 0; x < 512; ++x) *picture.at(x, y) = colour.at(x, y)[1];
    }
    const Rect cover =
        intersect(Rect::of(Point{where_x(rng), where_y(rng)}, {side(rng), side(rng)}),
                  Rect::of(picture.size()));
    const bool noisy = round % 2 == 0;
    const auto flat = static_cast<std::uint8_t>(shade(rng));
    for (int y = cover.top; y < cover.bottom; ++y)
      for (int x = cover.left; x < cover.right; ++x)
        *picture.at(x, y) = noisy ? static_cast<std::uint8_t>(shade(rng)) : flat;
    const auto found = read(picture);
    if (found) REQUIRE(*found == value);
    if (!found) ++hidden;
  }
  CHECK(hidden > 300);
}

TEST_CASE("noise and wrong cells are never taken for a number") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 rng(seed);
  Picture noise({160, 120}, PixelFormat::gray);
  for (int round = 0; round < 2000; ++round) {
    for (std::uint8_t& b : noise.bytes()) b = static_cast<std::uint8_t>(rng());
    REQUIRE_FALSE(read(noise));
  }
  // A right finder around random cells: the checksum alone decides.
  const Rect code = barcode_changing_rect({160, 120});
  int wrong = 0;
  for (int round = 0; round < 20000; ++round) {
    Picture picture({160, 120});
    draw_barcode(0, picture.view());
    for (int y = code.top; y < code.bottom; y += 4)
      for (int x = code.left; x < code.right; x += 4) {
        const auto cell = static_cast<std::uint8_t>((rng() & 1U) != 0 ? 255 : 0);
        for (int dy = 0; dy < 4; ++dy) std::fill_n(picture.at(x, y + dy), 16, cell);
      }
    wrong += read(picture).has_value() ? 1 : 0;
  }
  CHECK(wrong <= 1);
}

TEST_CASE("one or two wrong cells are always noticed") {
  const std::uint64_t code = barcode::encode(0xC0FFEE);
  CHECK(barcode::decode(code) == 0xC0FFEEU);
  for (int a = 0; a < barcode::code_bits; ++a)
    for (int b = a; b < barcode::code_bits; ++b) {
      const std::uint64_t broken =
          code ^ std::uint64_t{1} << a ^ (a == b ? 0 : std::uint64_t{1} << b);
      REQUIRE_FALSE(barcode::decode(broken));
    }
}
