#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "media/png_writer.h"
#include "media/still_writer.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

/// Flat parts, noise and gradients, so that every branch of every coder is taken.
std::shared_ptr<Picture> varied(Size size, unsigned seed) {
  auto image = picture(size, 3);
  std::mt19937 random(seed);
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      std::uint8_t* p = image->view().row(y) + 4 * x;
      if (y % 16 < 4)
        for (int c = 0; c < 3; ++c) p[c] = static_cast<std::uint8_t>(random());
      else if (y % 16 < 6)
        p[0] = p[1] = p[2] = 0;
      else if (y % 16 < 8)
        for (int c = 0; c < 3; ++c) p[c] = static_cast<std::uint8_t>(p[c] + random() % 4);
    }
  return image;
}

void write(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  FILE* f = fopen(path.c_str(), "wb");
  REQUIRE(f != nullptr);
  REQUIRE(fwrite(bytes.data(), 1, bytes.size(), f) == bytes.size());
  fclose(f);
}

std::vector<std::uint8_t> rgb_of(const ConstImageView& v) {
  std::vector<std::uint8_t> rgb;
  for (std::int32_t y = 0; y < v.height(); ++y)
    for (std::int32_t x = 0; x < v.width(); ++x)
      for (int c : {2, 1, 0}) rgb.push_back(v.row(y)[4 * x + c]);
  return rgb;
}

}  // namespace

TEST_CASE("exact formats give every pixel back, at every size") {
  const TempFolder folder;
  for (const Size size : {Size{1, 1}, Size{7, 5}, Size{333, 190}, Size{640, 1300}})
    for (const char* ending : {"png", "qoi", "bmp", "ppm"}) {
      CAPTURE(to_string(size));
      CAPTURE(ending);
      const auto image = varied(size, 17);
      StillOptions options;
      options.format = *still_format_by_name(ending);
      const std::string path = folder / (std::string("a.") + ending);
      write(path, encode_still(as_const(image->view()), options));
      CHECK(probe_one(path, "stream", "width") == std::to_string(size.width));
      CHECK(decode_first(path, "rgb24") == rgb_of(as_const(image->view())));
    }
}

TEST_CASE("png has no alpha, and the same bytes whatever the number of threads") {
  const TempFolder folder;
  const auto image = varied({200, 700}, 5);
  const ConstImageView view = as_const(image->view());
  for (const std::optional<int> level :
       {std::optional<int>(), std::optional(0), std::optional(4)}) {
    const auto one = write_png(view, level, 1);
    CHECK(one == write_png(view, level, 7));
    write(folder / "a.png", one);
    CHECK(probe_one(folder / "a.png", "stream", "pix_fmt") == "rgb24");
    CHECK(decode_first(folder / "a.png", "rgb24") == rgb_of(view));
  }
}

TEST_CASE("raw is the plain bytes") {
  const auto image = varied({33, 17}, 9);
  StillOptions options;
  options.format = StillFormat::raw;
  options.raw_format = PixelFormat::rgb;
  CHECK(encode_still(as_const(image->view()), options) == rgb_of(as_const(image->view())));
  options.raw_format = PixelFormat::gray;
  CHECK(encode_still(as_const(image->view()), options).size() == 33 * 17);
}

TEST_CASE("lossy formats keep flat colours") {
  const TempFolder folder;
  for (const char* ending : {"jpg", "webp"})
    for (const int quality : {50, 80, 95, 100})
      for (const Colour c : {Colour{200, 30, 60}, Colour{255, 255, 255}, Colour{0, 0, 0}}) {
        CAPTURE(ending);
        CAPTURE(quality);
        StillOptions options;
        options.format = *still_format_by_name(ending);
        options.quality = quality;
        const std::string path = folder / (std::string("a.") + ending);
        write(path, encode_still(as_const(flat({65, 33}, c)->view()), options));
        const auto rgb = decode_first(path, "rgb24", "scale=flags=accurate_rnd+full_chroma_int");
        REQUIRE(rgb.size() == 65 * 33 * 3);
        const int allowed = quality < 60 ? 6 : 4;
        CHECK(std::abs(rgb[0] - c.r) <= allowed);
        CHECK(std::abs(rgb[1] - c.g) <= allowed);
        CHECK(std::abs(rgb[2] - c.b) <= allowed);
      }
}

TEST_CASE("webp at quality 100 is exact") {
  const TempFolder folder;
  const auto image = varied({64, 48}, 2);
  StillOptions options;
  options.format = StillFormat::webp;
  options.quality = 100;
  write(folder / "a.webp", encode_still(as_const(image->view()), options));
  CHECK(decode_first(folder / "a.webp", "rgb24") == rgb_of(as_const(image->view())));
}

TEST_CASE("better quality means a larger file") {
  const auto image = varied({320, 200}, 4);
  for (const StillFormat format : {StillFormat::jpg, StillFormat::webp}) {
    std::size_t last = 0;
    for (const int quality : {10, 40, 70, 95}) {
      const auto size =
          encode_still(as_const(image->view()), {format, PixelFormat::bgra, quality, {}}).size();
      CHECK(size > last);
      last = size;
    }
  }
}

TEST_CASE("still formats are told by name and ending") {
  CHECK(still_format_by_ending("a/b.c/x.PNG") == StillFormat::png);
  CHECK(still_format_by_ending("x.jpeg") == StillFormat::jpg);
  CHECK(!still_format_by_ending("a.png/x"));
  CHECK(!still_format_by_ending("x"));
  CHECK(!still_format_by_name("tiff"));
  CHECK(name(StillFormat::jpg) == "jpg");
}

TEST_CASE("still options out of range are wrong usage") {
  const auto image = flat({8, 8}, {1, 2, 3});
  CHECK_THROWS_AS(
      encode_still(as_const(image->view()), {StillFormat::jpg, PixelFormat::bgra, 0, {}}),
      UsageError);
  CHECK_THROWS_AS(
      encode_still(as_const(image->view()), {StillFormat::png, PixelFormat::bgra, {}, 10}),
      UsageError);
}
