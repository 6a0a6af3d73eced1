#include "stimulus/scene.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <set>
#include <string>

#include "base/error.h"
#include "stimulus/barcode.h"
#include "stimulus/mover.h"
#include "support/picture.h"

using namespace rustcam;
using test::Picture;

namespace {

Picture draw_whole(const Scene& scene, std::int64_t n, std::uint8_t before = 0) {
  Picture picture(scene.size(), PixelFormat::bgra, before);
  scene.draw(n, Rect::of(scene.size()), picture.view());
  return picture;
}

Rect random_rect(std::mt19937& rng, Size size) {
  std::uniform_int_distribution<int> x(0, size.width);
  std::uniform_int_distribution<int> y(0, size.height);
  const auto [l, r] = std::minmax({x(rng), x(rng)});
  const auto [t, b] = std::minmax({y(rng), y(rng)});
  return {l, t, r, b};
}

}  // namespace

TEST_CASE("a scene is a function of the frame's number") {
  for (const std::string& name : scene_names())
    for (const Size size : {Size{16, 16}, Size{64, 64}, Size{321, 181}}) {
      INFO(name << " " << to_string(size));
      const auto one = make_scene(name, size);
      const auto other = make_scene(name, size);
      CHECK(one->name() == name);
      CHECK(one->size() == size);
      draw_whole(*other, 5);  // what was drawn before does not matter
      for (const std::int64_t n : {0, 1, 77, 100000}) {
        const Picture a = draw_whole(*one, n, 0);
        REQUIRE(a == draw_whole(*other, n, 0xEE));  // nor what was in the picture
        for (std::size_t i = 3; i < a.bytes().size(); i += 4) REQUIRE(a.bytes()[i] == 255);
      }
    }
}

TEST_CASE("drawing touches the asked region only, at any origin") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 rng(seed);
  for (const std::string& name : scene_names()) {
    const Size size{200, 120};
    const auto scene = make_scene(name, size);
    for (int round = 0; round < 30; ++round) {
      const std::int64_t n = round * 13;
      const Picture whole = draw_whole(*scene, n);
      Region region(random_rect(rng, size));
      region.add(random_rect(rng, size));
      const Rect part = random_rect(rng, size);
      if (part.empty()) continue;
      Picture picture(part.size(), PixelFormat::bgra, 0x55);
      scene->draw(n, region, picture.view(), {part.left, part.top});
      for (int y = part.top; y < part.bottom; ++y)
        for (int x = part.left; x < part.right; ++x) {
          const std::uint32_t expected =
              region.contains(Point{x, y}) ? whole.pixel(x, y) : 0x55555555U;
          REQUIRE(picture.pixel(x - part.left, y - part.top) == expected);
        }
    }
  }
}

TEST_CASE("nothing outside the dirty region differs, and it is no larger than need be") {
  for (const bool barcode : {true, false})
    for (const std::string& name : scene_names())
      for (const Size size : {Size{16, 16}, Size{70, 64}, Size{320, 180}}) {
        const auto scene = make_scene(name, size, {.barcode = barcode});
        for (const auto& step : {std::pair<int, int>{0, 1},
                                 {1, 0},
                                 {7, 7},
                                 {10, 14},
                                 {500, 1700},
                                 {0, 1 << 24},
                                 {3, 3 + 1536}}) {
          const int from = step.first;  // no structured binding: clang 14 captures none
          const int to = step.second;
          INFO(name << " " << to_string(size) << " from " << from << " to " << to);
          const Picture before = draw_whole(*scene, from);
          const Picture after = draw_whole(*scene, to);
          const Region dirty = scene->dirty(from, to);
          CHECK(Rect::of(size).contains(dirty.bounds()));
          for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x)
              if (before.pixel(x, y) != after.pixel(x, y)) REQUIRE(dirty.contains(Point{x, y}));
          if (before == after) CHECK(dirty.empty());
          if (name == "static") CHECK(dirty.empty());
          if (name == "mover" && from != to && !dirty.empty()) {
            const auto& mover = dynamic_cast<const Mover&>(*scene);
            Region limit(mover.window_rect(from));
            limit.add(mover.window_rect(to));
            if (barcode) limit.add(barcode_changing_rect(size));
            for (const Rect& r : dirty.rects()) CHECK(limit.contains(r));
          }
        }
      }
}

TEST_CASE("bringing an old picture up to date by dirty regions gives the new one") {
  for (const std::string& name : scene_names()) {
    const auto scene = make_scene(name, {320, 200});
    Picture kept = draw_whole(*scene, 0);
    std::int64_t n = 0;
    for (const int step : {1, 1, 2, 5, 1, 60, 0, 1000}) {
      scene->draw(n + step, scene->dirty(n, n + step), kept.view());
      n += step;
      REQUIRE(kept == draw_whole(*scene, n));
    }
  }
}

TEST_CASE("flip_demo shows a colour of its own in every frame, far from its neighbours") {
  const auto scene = make_scene("flip_demo", {1, 1});
  std::set<std::uint32_t> colours;
  Picture before = draw_whole(*scene, 0);
  colours.insert(before.pixel(0, 0));
  for (std::int64_t n = 1; n < 60 * 360; ++n) {
    const Picture here = draw_whole(*scene, n);
    REQUIRE(colours.insert(here.pixel(0, 0)).second);
    int most = 0;
    for (int channel = 0; channel < 3; ++channel)
      most = std::max(most, std::abs(here.at(0, 0)[channel] - before.at(0, 0)[channel]));
    REQUIRE(most >= 90);
    before = here;
  }
}

TEST_CASE("the mover takes no place twice within 60 s at 60 Hz and stays on the screen") {
  for (const Size size : {Size{320, 240}, Size{640, 480}, Size{1280, 720}, Size{1366, 768},
                          Size{1920, 1080}, Size{1921, 1081}, Size{3840, 2160}}) {
    INFO(to_string(size));
    const auto scene = make_scene("mover", size);
    const auto& mover = dynamic_cast<const Mover&>(*scene);
    if (size.width >= 1920) CHECK(mover.window_rect(0).size() == Size{400, 240});
    std::set<std::pair<int, int>> places;
    for (std::int64_t n = 0; n < 3600; ++n) {
      const Rect window = mover.window_rect(n);
      REQUIRE(Rect::of(size).contains(window));
      REQUIRE(places.insert({window.left, window.top}).second);
      if (n > 0) {
        const Rect before = mover.window_rect(n - 1);
        REQUIRE(std::abs(window.left - before.left) <= 12);
        REQUIRE(std::abs(window.top - before.top) <= 12);
      }
    }
  }
}

TEST_CASE("scenes of the least size can be made and drawn") {
  for (const std::string& name : scene_names()) {
    const auto scene = make_scene(name, {1, 1});
    draw_whole(*scene, 3);
    CHECK(scene->dirty(0, 1).area() <= 1);
  }
}

TEST_CASE("a wrong scene is refused with what to do") {
  CHECK_THROWS_WITH_AS(
      make_scene("flipdemo", {64, 64}),
      "unknown stimulus 'flipdemo': there are flip_demo, mover, static, gradient, clap",
      UsageError);
  CHECK_THROWS_AS(make_scene("mover", {0, 64}), UsageError);
  CHECK_THROWS_AS(make_scene("mover", {64, 16385}), UsageError);
}

TEST_CASE("clap flashes for a tenth of a second at each whole second, at any rate") {
  struct Rate {
    Rational hz;
    std::int64_t second;  ///< its first frame
    std::int64_t flash;   ///< and how many flash
  };
  for (const Rate& rate : {Rate{{60, 1}, 60, 6}, Rate{{60000, 1001}, 60, 6},
                           Rate{{144, 1}, 144, 15}, Rate{{24, 1}, 24, 3}}) {
    CAPTURE(to_string(rate.hz));
    const auto scene = make_scene("clap", {64, 64}, {.barcode = false, .hz = rate.hz});
    const auto white = [&](std::int64_t n) {
      return draw_whole(*scene, n).pixel(0, 0) == 0xFFFFFFFFU;
    };
    CHECK(white(0));
    CHECK_FALSE(white(rate.second - 1));
    CHECK(white(rate.second));
    CHECK(white(rate.second + rate.flash - 1));
    CHECK_FALSE(white(rate.second + rate.flash));
    CHECK(scene->dirty(rate.second - 1, rate.second) == Region(Rect::of(scene->size())));
    CHECK(scene->dirty(rate.second, rate.second + 1).empty());
  }
}
