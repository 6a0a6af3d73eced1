#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "media/palette.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

TEST_CASE("a palette holds a picture's own colours if they are few") {
  const auto image = flat({40, 30}, {1, 2, 3});
  image->view().row(3)[8] = 200;
  const auto colours = make_palette(as_const(image->view()), 255);
  CHECK(colours == std::vector<Rgb24>{0x010203, 0x0102c8});
  PaletteIndex index(colours);
  CHECK(index.find(0x0102c8).index == 1);
  CHECK(index.find(0x0102c8).error == 0);
  CHECK(index.find(0x0102c6).error == 4);
}

TEST_CASE("median cut stays near every colour of a gradient") {
  const auto image = picture({256, 256}, 0);
  PaletteIndex index(make_palette(as_const(image->view()), 255));
  CHECK(index.colours().size() == 255);
  double sum = 0;
  for (std::int32_t y = 0; y < 256; ++y)
    for (std::int32_t x = 0; x < 256; ++x) {
      const std::uint8_t* p = image->view().row(y) + 4 * x;
      sum += index.find(static_cast<Rgb24>(p[2] << 16 | p[1] << 8 | p[0])).error;
    }
  CHECK(std::sqrt(sum / 65536) < 10);
}

TEST_CASE("a gif has its rate to the centisecond, and true colours") {
  const TempFolder folder;
  for (const Rational fps : {Rational{25, 1}, Rational{100, 3}, Rational{50, 1}}) {
    OutputRequest request;
    request.path = folder / "a.gif";
    request.fps = fps;
    request.force = true;
    record(request, {97, 61}, every_slot(20), 20);
    const auto times = probe(request.path, "packet", "pts");
    REQUIRE(times.size() == 20);
    for (std::size_t n = 0; n < 20; ++n)
      CHECK(std::atoll(times[n].c_str()) * fps.num == static_cast<std::int64_t>(n) * fps.den * 100);
    CHECK(std::abs(std::atof(probe_one(request.path, "format", "duration").c_str()) -
                   20 / fps.value()) < 0.001);
    check_plays(request.path);
  }
}

TEST_CASE("each picture of a gif shows what was written, whatever came before") {
  const TempFolder folder;
  OutputRequest request;
  request.path = folder / "a.gif";
  EncoderReport report;
  std::vector<Warning> warnings;
  const Size size{64, 48};
  const auto sink = open_sink(plan_output(request), size, report, warnings);
  const Colour shown[] = {{255, 0, 0}, {0, 40, 200}, {12, 200, 99}, {250, 250, 250}, {0, 0, 0}};
  // A small change in the second half of each picture, a new colour of all of it in the first.
  std::int64_t slot = 0;
  for (const Colour& c : shown) {
    const auto image = flat(size, c);
    sink->write(frame_of(image), Rect::of(size), slot++);
    for (std::int32_t y = 10; y < 14; ++y)
      for (std::int32_t x = 20; x < 24; ++x) {
        image->view().row(y)[4 * x] = 77;
        image->view().row(y)[4 * x + 1] = 10;
        image->view().row(y)[4 * x + 2] = 140;
      }
    sink->write(frame_of(image), Rect{20, 10, 24, 14}, slot++);
    sink->write(frame_of(image), {}, slot++);
  }
  sink->finish(slot);
  CHECK(probe(request.path, "packet", "pts").size() == static_cast<std::size_t>(slot));
  for (std::int64_t n = 0; n < slot; ++n) {
    CAPTURE(n);
    const auto rgb =
        decode_first(request.path, "rgb24", "select=eq\\(n\\\\," + std::to_string(n) + "\\)");
    REQUIRE(rgb.size() == 64 * 48 * 3);
    const Colour c = shown[n / 3];
    CHECK(rgb[0] == c.r);
    CHECK(rgb[1] == c.g);
    CHECK(rgb[2] == c.b);
    const std::uint8_t* dot = rgb.data() + (11 * 64 + 21) * 3;
    CHECK(std::abs(dot[0] - (n % 3 == 0 ? c.r : 140)) <= 12);
    CHECK(std::abs(dot[2] - (n % 3 == 0 ? c.b : 77)) <= 12);
  }
}
