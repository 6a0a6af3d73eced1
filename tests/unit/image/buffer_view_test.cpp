// From the compositor's pixels to upright ones: every transform, region and format, against a plain
// loop.
#include "image/buffer_view.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "image/image.h"

namespace rustcam {
namespace {

constexpr Size buffer_size{13, 7};

std::uint32_t word_at(const std::uint8_t* p) {
  std::uint32_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}

std::uint32_t pixel(std::int32_t x, std::int32_t y) {
  return 0x12000000u | static_cast<std::uint32_t>(x) << 16 | static_cast<std::uint32_t>(y) << 8 |
         0x55u;
}

/// Rows are longer than they need to be.
std::vector<std::uint32_t> make_buffer() {
  std::vector<std::uint32_t> words(
      static_cast<std::size_t>((buffer_size.width + 3) * buffer_size.height));
  for (std::int32_t y = 0; y < buffer_size.height; ++y)
    for (std::int32_t x = 0; x < buffer_size.width; ++x)
      words[static_cast<std::size_t>(y * (buffer_size.width + 3) + x)] = pixel(x, y);
  return words;
}

BufferView view_of(const std::vector<std::uint32_t>& words, Transform transform) {
  return {buffer_format(1), buffer_size, (buffer_size.width + 3) * 4,
          reinterpret_cast<const std::uint8_t*>(words.data()), transform};
}

/// wl_output.transform as the protocol words it: the picture was turned counter-clockwise, after it
/// was mirrored at a vertical axis if the number is 4 or more.
Point in_buffer(Point upright, std::uint32_t transform) {
  const bool swapped = (transform & 1u) != 0;
  const Size size = swapped ? Size{buffer_size.height, buffer_size.width} : buffer_size;
  Point p = upright;
  if (transform >= 4) p.x = size.width - 1 - p.x;
  Size turned = size;
  for (std::uint32_t i = 0; i < (transform & 3u); ++i) {
    p = {p.y, turned.width - 1 - p.x};
    turned = {turned.height, turned.width};
  }
  return p;
}

std::uint32_t format_code(const char (&letters)[5]) {
  return static_cast<std::uint32_t>(letters[0]) | static_cast<std::uint32_t>(letters[1]) << 8 |
         static_cast<std::uint32_t>(letters[2]) << 16 |
         static_cast<std::uint32_t>(letters[3]) << 24;
}

std::uint32_t read_one(std::uint32_t code, std::initializer_list<std::uint8_t> bytes) {
  std::vector<std::uint8_t> memory(bytes);
  const BufferView from{
      buffer_format(code), {1, 1}, static_cast<std::ptrdiff_t>(memory.size()), memory.data(), {}};
  Image into(PixelFormat::bgra, {1, 1});
  copy_upright(from, Region(Rect{0, 0, 1, 1}), into.view(), {}, true);
  return word_at(into.view().row(0));
}

}  // namespace

TEST_CASE("pictures come out upright under all eight transforms, whole and in parts") {
  const auto words = make_buffer();
  for (std::uint32_t turn = 0; turn < 8; ++turn) {
    for (const bool y_invert : {false, true}) {
      CAPTURE(turn);
      CAPTURE(y_invert);
      const BufferView from = view_of(words, Transform{turn, y_invert});
      const Size size = from.transform.upright(buffer_size);
      CHECK((size == buffer_size) == (turn % 2 == 0));
      Region region(Rect{1, 2, 4, 5});
      region.add(Rect{0, 0, 2, 1});
      region.add(Rect{size.width - 2, size.height - 3, size.width, size.height});
      for (const Region& asked : {Region(Rect::of(size)), region}) {
        Image into(PixelFormat::bgra, size);
        std::memset(into.view().row(0), 0x77,
                    static_cast<std::size_t>(into.view().planes[0].stride * size.height));
        copy_upright(from, asked, into.view(), {}, true);
        int wrong = 0;
        for (std::int32_t y = 0; y < size.height; ++y)
          for (std::int32_t x = 0; x < size.width; ++x) {
            Point p = in_buffer({x, y}, turn);
            if (y_invert) p.y = buffer_size.height - 1 - p.y;
            const std::uint32_t right =
                asked.contains(Point{x, y}) ? (pixel(p.x, p.y) | 0xff000000u) : 0x77777777u;
            wrong += word_at(into.view().row(y) + std::ptrdiff_t{x} * 4) != right;
          }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("rectangles go to the buffer and back") {
  for (std::uint32_t turn = 0; turn < 8; ++turn)
    for (const bool y_invert : {false, true}) {
      CAPTURE(turn);
      const Transform transform{turn, y_invert};
      const Rect upright{1, 2, 5, 3};
      CHECK(transform.upright(transform.in_buffer(upright, buffer_size), buffer_size) == upright);
      const Point corner = in_buffer({1, 2}, turn);
      CHECK(transform.in_buffer(Rect{1, 2, 2, 3}, buffer_size) ==
            Rect::of(Point{corner.x, y_invert ? buffer_size.height - 1 - corner.y : corner.y},
                     {1, 1}));
    }
  CHECK(!Transform::of(8));
  CHECK(!Transform::of(-1));
}

TEST_CASE("a part goes to a picture whose corner is elsewhere") {
  const auto words = make_buffer();
  Image into(PixelFormat::bgra, {3, 3});
  copy_upright(view_of(words, {}), Region(Rect{4, 2, 7, 5}), into.view(), {4, 2}, true);
  CHECK(word_at(into.view().row(0)) == (pixel(4, 2) | 0xff000000u));
  CHECK(word_at(into.view().row(2) + 8) == (pixel(6, 4) | 0xff000000u));
}

TEST_CASE("every format comes out as the same colour") {
  constexpr std::uint32_t wanted = 0xff102030u;  // red 0x10, green 0x20, blue 0x30
  CHECK(read_one(0, {0x30, 0x20, 0x10, 0x00}) == wanted);
  CHECK(read_one(1, {0x30, 0x20, 0x10, 0x00}) == wanted);
  CHECK(read_one(format_code("XB24"), {0x10, 0x20, 0x30, 0x00}) == wanted);
  CHECK(read_one(format_code("AB24"), {0x10, 0x20, 0x30, 0x00}) == wanted);
  CHECK(read_one(format_code("BX24"), {0x00, 0x10, 0x20, 0x30}) == wanted);
  CHECK(read_one(format_code("BA24"), {0x00, 0x10, 0x20, 0x30}) == wanted);
  CHECK(read_one(format_code("RX24"), {0x00, 0x30, 0x20, 0x10}) == wanted);
  CHECK(read_one(format_code("RA24"), {0x00, 0x30, 0x20, 0x10}) == wanted);
  CHECK(read_one(format_code("RG24"), {0x30, 0x20, 0x10}) == wanted);
  CHECK(read_one(format_code("BG24"), {0x10, 0x20, 0x30}) == wanted);
  // Ten bits each, 0x10 = 0x40 of 0x3ff and so on: red at bit 20 (XR30) or 0 (XB30).
  CHECK(read_one(format_code("XR30"), {0xc0, 0x00, 0x02, 0x04}) == wanted);
  CHECK(read_one(format_code("XB30"), {0x40, 0x00, 0x02, 0x0c}) == wanted);
  CHECK(read_one(format_code("RG16"), {0x1f, 0xf8}) == 0xffff00ffu);
  CHECK(buffer_format(format_code("NV12")) == nullptr);
}

TEST_CASE("of several formats the one that needs no conversion is taken") {
  const std::vector<std::uint32_t> codes{format_code("XB30"), format_code("BG24"), 0};
  CHECK(best_format(codes)->code == 0);
  CHECK(best_format({}) == nullptr);
}

}  // namespace rustcam
