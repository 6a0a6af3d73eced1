#include "capture/dda/tone_map.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "image/image.h"

using namespace rustcam;
using namespace rustcam::dda;

namespace {

std::uint16_t half_of(double value) {
  if (value <= 0) return 0;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // 0.5 <= fraction < 1
  if (exponent < -13) return static_cast<std::uint16_t>(std::lround(std::ldexp(value, 24)));
  const auto bits = static_cast<int>(std::lround((fraction * 2 - 1) * 1024));
  return static_cast<std::uint16_t>(((exponent + 14) << 10) + bits);
}

double linear_of(int code) {
  const double v = code / 255.0;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

/// The bgra bytes of one pixel.
std::array<std::uint8_t, 4> mapped(const ToneMap& map, std::uint16_t r, std::uint16_t g,
                                   std::uint16_t b) {
  const std::array<std::uint16_t, 4> rgba{r, g, b, 0};
  std::array<std::uint8_t, 8> bytes{};
  std::memcpy(bytes.data(), rgba.data(), sizeof rgba);
  Image out(PixelFormat::bgra, {1, 1});
  map.convert({bytes.data(), 8, {1, 1}}, out.view());
  const std::uint8_t* p = out.view().row(0);
  return {p[0], p[1], p[2], p[3]};
}

}  // namespace

TEST_CASE("SDR content gets its own values back at every SDR white level") {
  for (const double white : {80.0, 200.0, 320.0}) {
    const ToneMap map(white);
    for (int code = 0; code < 256; ++code) {
      const auto pixel = mapped(map, half_of(linear_of(code) * white / 80.0),
                                half_of(linear_of(255 - code) * white / 80.0), 0);
      CHECK(std::abs(pixel[2] - code) <= 1);
      CHECK(std::abs(pixel[1] - (255 - code)) <= 1);
      CHECK(pixel[0] == 0);
      CHECK(pixel[3] == 255);
    }
  }
}

TEST_CASE("the white level matters") {
  const std::uint16_t one = 0x3c00;
  CHECK(mapped(ToneMap(80), one, one, one)[0] == 255);
  CHECK(mapped(ToneMap(200), one, one, one)[0] < 200);
  CHECK(mapped(ToneMap(320), one, one, one)[0] < mapped(ToneMap(200), one, one, one)[0]);
}

TEST_CASE("an impossible white level counts as the default") {
  const std::uint16_t half = 0x3800;
  const auto expected = mapped(ToneMap(default_sdr_white_nits), half, half, half);
  CHECK(mapped(ToneMap(0), half, half, half) == expected);
  CHECK(mapped(ToneMap(-5), half, half, half) == expected);
  CHECK(mapped(ToneMap(NAN), half, half, half) == expected);
}

TEST_CASE("brighter than white is white, less than black is black") {
  const ToneMap map(200);
  CHECK(mapped(map, 0x7bff, 0x7c00, 0x5000) == std::array<std::uint8_t, 4>{255, 255, 255, 255});
  const auto black = std::array<std::uint8_t, 4>{0, 0, 0, 255};
  CHECK(mapped(map, 0xbc00, 0xfc00, 0x8000) == black);
  CHECK(mapped(map, 0x7e00, 0xfe00, 0x7c01) == black);
}

TEST_CASE("rows may be padded") {
  std::vector<std::uint8_t> bytes(2 * 24, 0);
  const std::uint16_t bright = 0x7000;
  std::memcpy(bytes.data() + 24, &bright, 2);
  Image out(PixelFormat::bgra, {2, 2});
  ToneMap(200).convert({bytes.data(), 24, {2, 2}}, out.view());
  CHECK(out.view().row(0)[2] == 0);
  CHECK(out.view().row(1)[2] == 255);
  CHECK(out.view().row(1)[6] == 0);
}
