#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "capture/x11/pixel_layout.h"

namespace rustcam::test {
namespace {

using x11::PixelDescription;
using x11::PixelLayout;

std::vector<std::uint32_t> bgra(const PixelLayout& layout, std::vector<std::uint8_t> pixels) {
  std::vector<std::uint32_t> words(pixels.size() / layout.bytes_per_pixel());
  std::vector<std::uint8_t> out(words.size() * 4);
  layout.to_bgra(pixels.data(), out.data(), words.size());
  std::memcpy(words.data(), out.data(), out.size());
  return words;
}

PixelDescription high_colour(bool big_endian) {
  return {.depth = 16,
          .bits_per_pixel = 16,
          .big_endian = big_endian,
          .red_mask = 0xf800,
          .green_mask = 0x07e0,
          .blue_mask = 0x001f};
}

TEST_CASE("16 bits are stretched over the whole range, in either byte order") {
  const PixelLayout little(high_colour(false));
  REQUIRE(little.supported());
  CHECK_FALSE(little.has_colormap());
  CHECK_FALSE(little.can_be_drawn_in());
  CHECK(little.name() == "depth 16");
  CHECK(bgra(little, {0, 0, 0xff, 0xff, 0x00, 0x80, 0x20, 0x00}) ==
        std::vector<std::uint32_t>{0xff000000, 0xffffffff, 0xff840000, 0xff000400});
  CHECK(bgra(PixelLayout(high_colour(true)), {0x80, 0x00, 0x00, 0x20}) ==
        std::vector<std::uint32_t>{0xff840000, 0xff000400});
}

TEST_CASE("pixels of three bytes, and of four in other orders") {
  const PixelLayout packed({.bits_per_pixel = 24});
  REQUIRE(packed.supported());
  CHECK(packed.row_bytes(3) == 12);
  CHECK(bgra(packed, {1, 2, 3, 4, 5, 6}) == std::vector<std::uint32_t>{0xff030201, 0xff060504});
  const PixelLayout swapped({.red_mask = 0xff, .blue_mask = 0xff0000});
  REQUIRE(swapped.supported());
  CHECK_FALSE(swapped.is_bgrx());
  CHECK(bgra(swapped, {1, 2, 3, 9}) == std::vector<std::uint32_t>{0xff010203});
  const PixelLayout big({.big_endian = true});
  CHECK(bgra(big, {9, 3, 2, 1}) == std::vector<std::uint32_t>{0xff030201});
}

TEST_CASE("rows are padded as the server pads them") {
  PixelDescription d = high_colour(false);
  CHECK(PixelLayout(d).row_bytes(3) == 8);
  d.scanline_pad = 16;
  CHECK(PixelLayout(d).row_bytes(3) == 6);
}

TEST_CASE("a palette: black until it is read, and as it is read") {
  PixelLayout layout({.visual_class = XCB_VISUAL_CLASS_PSEUDO_COLOR,
                      .depth = 8,
                      .bits_per_pixel = 8,
                      .red_mask = 0,
                      .green_mask = 0,
                      .blue_mask = 0});
  REQUIRE(layout.supported());
  CHECK(layout.has_colormap());
  CHECK(bgra(layout, {0, 255}) == std::vector<std::uint32_t>{0xff000000, 0xff000000});
  const auto pixels = layout.colormap_pixels();
  REQUIRE(pixels.size() == 256);
  CHECK(pixels[255] == 255);
  std::vector<xcb_rgb_t> colors(256);
  colors[255] = {0x1111, 0x2222, 0x3333, {}};
  layout.set_colors(std::span(colors).first(255));
  CHECK(bgra(layout, {255}) == std::vector<std::uint32_t>{0xff000000});
  layout.set_colors(colors);
  CHECK(bgra(layout, {0, 255}) == std::vector<std::uint32_t>{0xff000000, 0xff112233});
}

TEST_CASE("a colormap smaller than its pixels could name") {
  PixelLayout layout({.visual_class = XCB_VISUAL_CLASS_STATIC_GRAY,
                      .depth = 8,
                      .bits_per_pixel = 8,
                      .colormap_entries = 16});
  CHECK(layout.colormap_pixels().size() == 16);
  layout.set_colors(std::vector<xcb_rgb_t>(16, xcb_rgb_t{0xffff, 0xffff, 0xffff, {}}));
  CHECK(bgra(layout, {15, 16}) == std::vector<std::uint32_t>{0xffffffff, 0xff000000});
}

TEST_CASE("direct colour: a table for each channel") {
  PixelDescription d = high_colour(false);
  d.visual_class = XCB_VISUAL_CLASS_DIRECT_COLOR;
  d.colormap_entries = 64;
  PixelLayout layout(d);
  REQUIRE(layout.supported());
  const auto pixels = layout.colormap_pixels();
  REQUIRE(pixels.size() == 64);
  CHECK(pixels[1] == 0x0821);
  CHECK(pixels[63] == 0xffff);
  std::vector<xcb_rgb_t> colors(64);
  for (std::uint16_t i = 0; i < 64; ++i)
    colors[i] = {static_cast<std::uint16_t>(i << 8),
                 static_cast<std::uint16_t>((i + 64) << 8),
                 static_cast<std::uint16_t>((i + 128) << 8),
                 {}};
  layout.set_colors(colors);
  CHECK(bgra(layout, {0xe1, 0xff}) == std::vector<std::uint32_t>{0xff1f7f81});
}

TEST_CASE("what cannot be captured is told by its depth") {
  const std::array refused{
      PixelDescription{.depth = 1, .bits_per_pixel = 1},
      PixelDescription{.depth = 4, .bits_per_pixel = 8},
      PixelDescription{.bits_per_pixel = 0},
      PixelDescription{.bits_per_pixel = 64},
      PixelDescription{.scanline_pad = 0},
      PixelDescription{.red_mask = 0},
      PixelDescription{.red_mask = 0xf0f000},
      PixelDescription{
          .visual_class = XCB_VISUAL_CLASS_PSEUDO_COLOR, .depth = 12, .bits_per_pixel = 16}};
  for (const PixelDescription& d : refused) {
    const PixelLayout layout(d);
    CHECK_FALSE(layout.supported());
    CHECK(unsupported_pixels(layout).find("depth " + std::to_string(d.depth)) != std::string::npos);
  }
}

}  // namespace
}  // namespace rustcam::test
