#include "capture/portal/cast_pointer.h"

#include <doctest/doctest.h>
#include <spa/buffer/meta.h>
#include <spa/param/video/raw.h>

#include <cstddef>
#include <cstdint>
#include <limits>

#include "buffer_bench.h"

namespace rustcam::portal {
namespace {

/// At (100, 50), with a picture of 3x2 pixels whose bytes count up from 1; its hot spot at (1, 1).
struct PointerBench {
  spa_meta_cursor cursor{1, 0, {100, 50}, {1, 1}, sizeof(spa_meta_cursor)};
  spa_meta_bitmap bitmap{SPA_VIDEO_FORMAT_BGRA, {3, 2}, 12, sizeof(spa_meta_bitmap)};
  std::size_t pixel_bytes = 24;
  CastPointer pointer;

  bool note() {
    Bytes bytes;
    append(bytes, cursor);
    append(bytes, bitmap);
    for (std::size_t i = 0; i < pixel_bytes; ++i) bytes.push_back(static_cast<std::uint8_t>(i + 1));
    return pointer.note(bytes);
  }
  const Pointer& known() const { return pointer.pointer(); }
};

TEST_CASE("the pointer's corner is its place without the hot spot") {
  PointerBench bench;
  CHECK(bench.note());
  CHECK(bench.known().drawable());
  CHECK(bench.known().top_left == Point{99, 49});
  const PointerShape& shape = *bench.known().shape;
  CHECK(shape.kind == PointerKind::premultiplied_alpha);
  CHECK(shape.size == Size{3, 2});
  CHECK(shape.pixels.front() == 1);
  CHECK(shape.pixels.back() == 24);
  CHECK_FALSE(bench.note());  // nothing is new
}

TEST_CASE("a pointer's picture in other layouts becomes bgra") {
  PointerBench bench;
  bench.bitmap.format = SPA_VIDEO_FORMAT_RGBA;
  CHECK(bench.note());
  const Bytes& pixels = bench.known().shape->pixels;
  CHECK(Bytes(pixels.begin(), pixels.begin() + 4) == Bytes{3, 2, 1, 4});
}

TEST_CASE("a pointer that moves keeps its picture and its hot spot") {
  PointerBench bench;
  bench.note();
  const auto shape = bench.known().shape;
  bench.cursor.position = {-5, 7};
  SUBCASE("not told again") {
    bench.cursor.bitmap_offset = 0;
    bench.cursor.hotspot = {9, 9};
  }
  SUBCASE("told again") {}
  CHECK(bench.note());
  CHECK(bench.known().shape == shape);
  CHECK(bench.known().top_left == Point{-6, 6});
}

TEST_CASE("id 0 hides the pointer, and its picture is known when it comes back") {
  PointerBench bench;
  bench.note();
  bench.cursor.id = 0;
  CHECK(bench.note());
  CHECK_FALSE(bench.known().visible);
  bench.cursor.id = 1;
  bench.cursor.bitmap_offset = 0;
  CHECK(bench.note());
  CHECK(bench.known().drawable());
}

TEST_CASE("an empty picture is one that is not seen") {
  PointerBench bench;
  bench.note();
  SUBCASE("no pixels") {
    bench.bitmap.offset = 0;
  }
  SUBCASE("no size") {
    bench.bitmap.size = {0, 0};
  }
  CHECK(bench.note());
  CHECK_FALSE(bench.known().drawable());
}

TEST_CASE("a picture that lies is not taken, and the last one stays") {
  PointerBench bench;
  bench.note();
  const auto shape = bench.known().shape;
  bench.cursor.position = {7, 8};
  SUBCASE("too little of it") {
    bench.pixel_bytes = 23;
  }
  SUBCASE("beyond the metadata") {
    bench.cursor.bitmap_offset = 5000;
  }
  SUBCASE("far beyond") {
    bench.cursor.bitmap_offset = std::numeric_limits<std::uint32_t>::max();
  }
  SUBCASE("over the cursor itself, where it would make sense") {
    bench.cursor.bitmap_offset = offsetof(spa_meta_cursor, flags);
    bench.cursor.flags = SPA_VIDEO_FORMAT_BGRA;
    bench.cursor.hotspot = {28, 24};
    bench.pixel_bytes = 400;
  }
  SUBCASE("cut off") {
    bench.cursor.bitmap_offset += 20;
  }
  SUBCASE("pixels over the bitmap's own facts") {
    bench.bitmap.offset = 4;
  }
  SUBCASE("pixels far away") {
    bench.bitmap.offset = std::numeric_limits<std::uint32_t>::max();
  }
  SUBCASE("huge") {
    bench.bitmap.size = {1u << 31, 1u << 31};
  }
  SUBCASE("taller") {
    bench.bitmap.size.height = 3;
  }
  SUBCASE("stride too short") {
    bench.bitmap.stride = 11;
  }
  SUBCASE("stride backward") {
    bench.bitmap.stride = -12;
  }
  SUBCASE("stride too long") {
    bench.bitmap.stride = std::numeric_limits<std::int32_t>::max();
  }
  SUBCASE("format unknown") {
    bench.bitmap.format = 12345;
  }
  CHECK(bench.note());
  CHECK(bench.known().shape == shape);
  CHECK(bench.known().top_left == Point{6, 7});
}

TEST_CASE("places beyond all screens do no harm") {
  PointerBench bench;
  bench.cursor.position = {std::numeric_limits<std::int32_t>::min(),
                           std::numeric_limits<std::int32_t>::max()};
  bench.cursor.hotspot = {std::numeric_limits<std::int32_t>::max(),
                          std::numeric_limits<std::int32_t>::min()};
  CHECK(bench.note());
  CHECK(bench.known().top_left.x < -100'000);
  CHECK(bench.known().top_left.y > 100'000);
}

TEST_CASE("no metadata, or too little of it, tells nothing") {
  PointerBench bench;
  bench.note();
  const Pointer before = bench.known();
  CHECK_FALSE(bench.pointer.note({}));
  CHECK_FALSE(bench.pointer.note(Bytes(sizeof(spa_meta_cursor) - 1)));
  CHECK(bench.known() == before);
}

}  // namespace
}  // namespace rustcam::portal
