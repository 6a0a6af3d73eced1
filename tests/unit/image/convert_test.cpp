#include "image/convert.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>

#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

constexpr std::array all_formats{PixelFormat::bgra,    PixelFormat::bgr,    PixelFormat::rgba,
                                 PixelFormat::rgb,     PixelFormat::gray,   PixelFormat::nv12,
                                 PixelFormat::yuv420p, PixelFormat::yuv444p};
constexpr std::array encodings{YuvEncoding{ColorMatrix::bt709, ColorRange::limited},
                               YuvEncoding{ColorMatrix::bt709, ColorRange::full},
                               YuvEncoding{ColorMatrix::bt601, ColorRange::limited},
                               YuvEncoding{ColorMatrix::bt601, ColorRange::full}};

/// Blue, green, red, 0..255, not rounded.
struct Color {
  double b = 0;
  double g = 0;
  double r = 0;
};

struct Codes {
  double y;
  double u;
  double v;
};

/// ITU-R BT.601-7 and BT.709-6 in double precision, clamped to what a byte holds.
Codes exact(const Color& c, YuvEncoding e) {
  const double kr = e.matrix == ColorMatrix::bt709 ? 0.2126 : 0.299;
  const double kb = e.matrix == ColorMatrix::bt709 ? 0.0722 : 0.114;
  const double luma = kr * c.r + (1 - kr - kb) * c.g + kb * c.b;
  const double cb = (c.b - luma) / (2 * (1 - kb));
  const double cr = (c.r - luma) / (2 * (1 - kr));
  const bool limited = e.range == ColorRange::limited;
  const double ys = limited ? 219.0 / 255 : 1;
  const double cs = limited ? 224.0 / 255 : 1;
  const auto clamp = [](double v) { return std::clamp(v, 0.0, 255.0); };
  return {clamp((limited ? 16 : 0) + luma * ys), clamp(128 + cb * cs), clamp(128 + cr * cs)};
}

Color pixel(const ConstImageView& v, std::int32_t x, std::int32_t y) {
  const std::uint8_t* p = v.row(y) + x * 4;
  return {double(p[0]), double(p[1]), double(p[2])};
}

/// The mean of those of the 2x2 pixels from (x, y) that exist.
Color block_mean(const ConstImageView& v, std::int32_t x, std::int32_t y) {
  Color sum;
  double count = 0;
  for (std::int32_t by = y; by < std::min(y + 2, v.height()); ++by)
    for (std::int32_t bx = x; bx < std::min(x + 2, v.width()); ++bx) {
      const Color c = pixel(v, bx, by);
      sum = {sum.b + c.b, sum.g + c.g, sum.r + c.r};
      ++count;
    }
  return {sum.b / count, sum.g / count, sum.r / count};
}

void check_close(int got, double want) {
  // Half a code of rounding, and little more than that for the fixed-point weights.
  REQUIRE(std::abs(got - want) <= 0.51);
}

void check_packed(const ConstImageView& from, const ConstImageView& into, std::int32_t x,
                  std::int32_t y) {
  const Color c = pixel(from, x, y);
  const std::uint8_t* q = into.row(y) + x * bytes_per_sample(into.format, 0);
  const bool blue_first = into.format == PixelFormat::bgra || into.format == PixelFormat::bgr;
  REQUIRE(q[0] == (blue_first ? c.b : c.r));
  REQUIRE(q[1] == c.g);
  REQUIRE(q[2] == (blue_first ? c.r : c.b));
  if (bytes_per_sample(into.format, 0) == 4) REQUIRE(q[3] == 255);
}

void check_yuv(const ConstImageView& from, const ConstImageView& into, std::int32_t x,
               std::int32_t y) {
  check_close(into.row(y)[x], exact(pixel(from, x, y), into.encoding).y);
  const bool halved = is_chroma_subsampled(into.format);
  const Color c = halved ? block_mean(from, x & ~1, y & ~1) : pixel(from, x, y);
  const Codes want = exact(c, into.encoding);
  const std::int32_t cx = halved ? x / 2 : x;
  const std::int32_t cy = halved ? y / 2 : y;
  if (into.format == PixelFormat::nv12) {
    check_close(into.planes[1].row(cy)[2 * cx], want.u);
    check_close(into.planes[1].row(cy)[2 * cx + 1], want.v);
  } else {
    check_close(into.planes[1].row(cy)[cx], want.u);
    check_close(into.planes[2].row(cy)[cx], want.v);
  }
}

void check_pixel(const ConstImageView& from, const ConstImageView& into, std::int32_t x,
                 std::int32_t y) {
  if (into.format == PixelFormat::gray)
    check_close(into.row(y)[x], exact(pixel(from, x, y), {ColorMatrix::bt601, ColorRange::full}).y);
  else if (plane_count(into.format) == 1)
    check_packed(from, into, x, y);
  else
    check_yuv(from, into, x, y);
}

bool sample_is(const ConstImageView& v, int plane, std::int32_t x, std::int32_t y,
               std::uint8_t value) {
  const int bytes = bytes_per_sample(v.format, plane);
  const std::uint8_t* p = v.planes[static_cast<std::size_t>(plane)].row(y) + x * bytes;
  return std::all_of(p, p + bytes, [&](std::uint8_t b) { return b == value; });
}

/// Every sample outside `written` still holds the fill byte.
void check_untouched(const GuardedPicture& picture, const Region& written) {
  const ConstImageView v = as_const(picture.view);
  for (int plane = 0; plane < plane_count(v.format); ++plane) {
    const Size s = plane_size(v.format, plane, v.size);
    const int step = s == v.size ? 1 : 2;
    for (std::int32_t y = 0; y < s.height; ++y)
      for (std::int32_t x = 0; x < s.width; ++x)
        if (!written.contains(Point{x * step, y * step}))
          REQUIRE(sample_is(v, plane, x, y, GuardedPicture::fill));
  }
  REQUIRE(picture.guards_intact());
}

Size random_size(Rng& rng) {
  return {between(rng, 0, 3) == 0 ? between(rng, 1, 8) : between(rng, 9, 150), between(rng, 1, 13)};
}

}  // namespace

TEST_CASE("every format is within rounding of the exact conversion, whole pictures of any size") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (int round = 0; round < 60; ++round)
    for (const PixelFormat format : all_formats)
      for (const YuvEncoding encoding : encodings) {
        const Size size = random_size(rng);
        const Image from = random_bgra(size, rng);
        GuardedPicture into(format, size, encoding, between(rng, 0, 1) == 1);
        convert(from.view(), into.view);
        CAPTURE(name(format));
        CAPTURE(to_string(size));
        for (std::int32_t y = 0; y < size.height; ++y)
          for (std::int32_t x = 0; x < size.width; ++x)
            check_pixel(from.view(), as_const(into.view), x, y);
        REQUIRE(into.guards_intact());
      }
}

TEST_CASE("odd dirty rectangles convert what they hold and touch nothing else") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (int round = 0; round < 100; ++round)
    for (const PixelFormat format : all_formats) {
      const Size size = random_size(rng);
      const Image from = random_bgra(size, rng);
      Region region;
      for (int i = between(rng, 1, 3); i > 0; --i) region.add(random_rect(rng, size));
      GuardedPicture into(format, size, encodings[static_cast<std::size_t>(round) % 4], false);
      convert(from.view(), region, into.view);
      CAPTURE(name(format));
      CAPTURE(to_string(size));
      for (std::int32_t y = 0; y < size.height; ++y)
        for (std::int32_t x = 0; x < size.width; ++x)
          if (region.contains(Point{x, y})) check_pixel(from.view(), as_const(into.view), x, y);
      check_untouched(
          into, is_chroma_subsampled(format) ? widen_to_even(region, Rect::of(size)) : region);
    }
}

TEST_CASE("black, white and greys have their exact codes") {
  Image from(PixelFormat::bgra, {256, 2});
  for (std::int32_t y = 0; y < 2; ++y)
    for (std::int32_t x = 0; x < 256; ++x) {
      std::uint8_t* p = from.view().row(y) + x * 4;
      p[0] = p[1] = p[2] = static_cast<std::uint8_t>(x);
      p[3] = 0;
    }
  for (const YuvEncoding encoding : encodings) {
    Image into(PixelFormat::yuv420p, from.size(), encoding);
    convert(as_const(from.view()), into.view());
    const bool limited = encoding.range == ColorRange::limited;
    CHECK(into.view().row(0)[0] == (limited ? 16 : 0));
    CHECK(into.view().row(0)[255] == (limited ? 235 : 255));
    for (std::int32_t x = 0; x < 128; ++x) {
      REQUIRE(into.view().planes[1].row(0)[x] == 128);
      REQUIRE(into.view().planes[2].row(0)[x] == 128);
    }
  }
}

TEST_CASE("a region beyond the picture is cut, never followed") {
  Rng rng(1);
  const Size size{9, 7};
  const Image from = random_bgra(size, rng);
  for (const PixelFormat format : all_formats) {
    GuardedPicture into(format, size, {}, false);
    convert(from.view(), Rect{-5, -3, 100, 100}, into.view);
    CHECK(into.guards_intact());
    check_pixel(from.view(), as_const(into.view), 8, 6);
    GuardedPicture untouched(format, size, {}, false);
    convert(from.view(), Rect{9, 0, 20, 7}, untouched.view);
    check_untouched(untouched, {});
  }
}

TEST_CASE("pictures that do not fit are refused") {
  Image bgra(PixelFormat::bgra, {4, 4});
  Image other_size(PixelFormat::bgr, {4, 5});
  Image bgr(PixelFormat::bgr, {4, 4});
  const ConstImageView from = as_const(bgra.view());
  CHECK_THROWS_AS(convert(from, other_size.view()), std::invalid_argument);
  CHECK_THROWS_AS(convert(as_const(bgr.view()), bgra.view()), std::invalid_argument);
  CHECK_THROWS_AS(copy_region(from, Rect{0, 0, 1, 1}, bgr.view()), std::invalid_argument);
  CHECK_THROWS_AS(copy_region(as_const(bgr.view()), Rect{0, 0, 1, 1}, other_size.view()),
                  std::invalid_argument);
  CHECK_THROWS_AS(make_opaque(bgr.view()), std::invalid_argument);
}

TEST_CASE("copy_region copies the region of every plane and nothing else") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (int round = 0; round < 60; ++round)
    for (const PixelFormat format : all_formats) {
      const Size size = random_size(rng);
      Image from(format, size);
      fill_random(from.view(), rng);
      const Region region(random_rect(rng, size));
      GuardedPicture into(format, size, {}, between(rng, 0, 1) == 1);
      copy_region(as_const(from.view()), region, into.view);
      const Region written =
          is_chroma_subsampled(format) ? widen_to_even(region, Rect::of(size)) : region;
      for (int plane = 0; plane < plane_count(format); ++plane) {
        const auto i = static_cast<std::size_t>(plane);
        const Size s = plane_size(format, plane, size);
        const int step = s == size ? 1 : 2;
        const int bytes = bytes_per_sample(format, plane);
        for (std::int32_t y = 0; y < s.height; ++y)
          for (std::int32_t x = 0; x < s.width; ++x)
            if (written.contains(Point{x * step, y * step}))
              REQUIRE(std::equal(from.view().planes[i].row(y) + x * bytes,
                                 from.view().planes[i].row(y) + (x + 1) * bytes,
                                 into.view.planes[i].row(y) + x * bytes));
      }
      check_untouched(into, written);
    }
}

TEST_CASE("make_opaque sets alpha and keeps colour") {
  Rng rng(7);
  Image image = random_bgra({67, 5}, rng);
  Image before(PixelFormat::bgra, image.size());
  copy_region(as_const(image.view()), Rect::of(image.size()), before.view());
  make_opaque(image.view());
  for (std::int32_t y = 0; y < 5; ++y)
    for (std::int32_t x = 0; x < 67; ++x)
      check_packed(as_const(before.view()), as_const(image.view()), x, y);
}
