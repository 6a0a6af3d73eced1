#include "image/image.h"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "pictures.h"

using namespace rustcam;
using namespace rustcam::test;

TEST_CASE("formats know their planes, sizes and names") {
  CHECK(packed_bytes(PixelFormat::bgra, {1920, 1080}) == 8294400);
  CHECK(packed_bytes(PixelFormat::bgr, {3, 3}) == 27);
  CHECK(packed_bytes(PixelFormat::yuv420p, {1920, 1080}) == 3110400);
  CHECK(packed_bytes(PixelFormat::nv12, {1921, 1081}) == 1921 * 1081 + 2 * 961 * 541);
  CHECK(packed_bytes(PixelFormat::yuv420p, {1, 1}) == 3);
  CHECK(packed_bytes(PixelFormat::yuv444p, {7, 5}) == 105);
  CHECK(plane_size(PixelFormat::nv12, 1, {7, 5}) == Size{4, 3});
  CHECK(plane_size(PixelFormat::yuv444p, 2, {7, 5}) == Size{7, 5});
  CHECK(bytes_per_sample(PixelFormat::nv12, 1) == 2);
  for (const char* text : {"bgra", "bgr", "rgba", "rgb", "gray", "nv12", "yuv420p", "yuv444p"}) {
    const auto format = pixel_format_by_name(text);
    REQUIRE(format);
    CHECK(name(*format) == text);
  }
  CHECK_FALSE(pixel_format_by_name("yuv"));
  CHECK_FALSE(pixel_format_by_name(""));
}

TEST_CASE("images hold every sample of every plane, at aligned rows") {
  Rng rng(1);
  for (const PixelFormat format : {PixelFormat::bgra, PixelFormat::bgr, PixelFormat::gray,
                                   PixelFormat::nv12, PixelFormat::yuv420p, PixelFormat::yuv444p}) {
    Image image(format, {37, 11}, {ColorMatrix::bt601, ColorRange::full});
    fill_random(image.view(), rng);
    for (int p = 0; p < plane_count(format); ++p) {
      const auto plane = image.view().planes[static_cast<std::size_t>(p)];
      CHECK(reinterpret_cast<std::uintptr_t>(plane.data) % 64 == 0);
      CHECK(plane.stride % 64 == 0);
    }
    CHECK(image.view().encoding == YuvEncoding{ColorMatrix::bt601, ColorRange::full});
  }
}

TEST_CASE("a picture over given memory has no gaps and keeps the memory alive") {
  constexpr Size size{37, 11};
  const std::shared_ptr<std::uint8_t> memory(new std::uint8_t[37 * 11 * 4],
                                             std::default_delete<std::uint8_t[]>());
  {
    Image image(memory, size);
    CHECK(image.format() == PixelFormat::bgra);
    CHECK(image.view().row(0) == memory.get());
    CHECK(image.view().row(10) == memory.get() + 10 * 37 * 4);
    const Image moved(std::move(image));
    CHECK(memory.use_count() == 2);
  }
  CHECK(memory.use_count() == 1);
  CHECK_THROWS_AS(Image(memory, {0, 11}), std::invalid_argument);
}

TEST_CASE("impossible sizes are refused") {
  for (const Size size : {Size{0, 1}, Size{1, 0}, Size{-5, 5}, Size{65536, 1}, Size{1, 65536}})
    CHECK_THROWS_AS(Image(PixelFormat::gray, size), std::invalid_argument);
  CHECK_NOTHROW(Image(PixelFormat::gray, {65535, 1}));
  CHECK_NOTHROW(Image(PixelFormat::bgra, {1, 65535}));
}

TEST_CASE("a moved image is empty, and its pixels are with the other") {
  Image a(PixelFormat::bgra, {4, 4});
  a.view().row(3)[15] = 42;
  Image b(std::move(a));
  CHECK(a.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  CHECK(b.view().row(3)[15] == 42);
  Image c;
  CHECK(c.empty());
  c = std::move(b);
  CHECK(b.empty());  // NOLINT(bugprone-use-after-move)
  CHECK(c.view().row(3)[15] == 42);
}

TEST_CASE("a crop is a window on the same pixels") {
  Rng rng(2);
  Image image = random_bgra({10, 8}, rng);
  const ImageView part = crop(image.view(), {3, 2, 9, 7});
  CHECK(part.size == Size{6, 5});
  CHECK(part.row(1) == image.view().row(3) + 12);
  Image bgr(PixelFormat::bgr, {10, 8});
  CHECK(crop(as_const(bgr.view()), {3, 2, 9, 7}).row(0) == bgr.view().row(2) + 9);
}
