#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <vector>

#include "x11_canvas.h"
#include "x11_painter.h"
#include "x11_server.h"

namespace rustcam::test {
namespace {

std::vector<std::uint32_t> pixels_of(const PointerShape& shape) {
  std::vector<std::uint32_t> pixels(shape.pixels.size() / 4);
  std::memcpy(pixels.data(), shape.pixels.data(), shape.pixels.size());
  return pixels;
}

TEST_CASE("the pointer is where its hot spot says, also beyond the corner") {
  const XServer server;
  const Painter painter;
  painter.set_block_cursor({12, 10}, {5, 3});
  const auto source = open_x11();
  painter.warp({100, 50});
  Pointer pointer = source->pointer();
  REQUIRE(pointer.drawable());
  CHECK(pointer.top_left == Point{95, 47});
  CHECK(pointer.shape->size == Size{12, 10});
  CHECK(pointer.shape->kind == PointerKind::premultiplied_alpha);
  painter.warp({0, 0});
  pointer = source->pointer();
  CHECK(pointer.visible);
  CHECK(pointer.top_left == Point{-5, -3});
}

TEST_CASE("a translucent pointer's pixels come as XFixes gives them") {
  const XServer server;
  const Painter painter;
  std::vector<std::uint32_t> pixels(16 * 16);
  for (std::uint32_t i = 0; i < pixels.size(); ++i) pixels[i] = i << 24 | (i / 2) << 8 | i / 4;
  const auto source = open_x11();
  painter.set_argb_cursor({16, 16}, {1, 2}, pixels);
  const Pointer& pointer = source->pointer();
  REQUIRE(pointer.shape);
  CHECK(pointer.shape->size == Size{16, 16});
  CHECK(pixels_of(*pointer.shape) == pixels);
}

TEST_CASE("a new shape is an update without a desktop frame; motion is none") {
  const XServer server;
  const Painter painter;
  painter.set_block_cursor({8, 8}, {0, 0});
  painter.warp({10, 10});
  const auto source = open_x11();
  Canvas canvas({640, 480});
  canvas.catch_up(*source);
  source->pointer();
  painter.warp({20, 20});
  CHECK(canvas.follow(*source, now() + std::chrono::milliseconds(50)) == AcquireStatus::timed_out);
  CHECK(source->pointer().top_left == Point{20, 20});
  painter.set_block_cursor({9, 7}, {0, 0});
  REQUIRE(source->acquire(soon(), {}) == AcquireStatus::updated);
  const UpdateLease lease(*source);
  CHECK(lease->accumulated_frames == 0);
  REQUIRE(lease->dirty != nullptr);
  CHECK(lease->dirty->empty());
  CHECK(source->pointer().shape->size == Size{9, 7});
}

TEST_CASE("a source that need not follow the pointer shows none and is not woken by it") {
  const XServer server;
  const Painter painter;
  const auto source = open_x11({}, {.pointer = false});
  Canvas canvas({640, 480});
  canvas.catch_up(*source);
  painter.set_block_cursor({9, 7}, {0, 0});
  CHECK(canvas.follow(*source, now() + std::chrono::milliseconds(50)) == AcquireStatus::timed_out);
  CHECK_FALSE(source->pointer().drawable());
}

TEST_CASE("on two outputs the pointer is seen on the one that it is on") {
  const XServer server({.kind = XServerOptions::Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {800, 600}, {0, 0});
  painter.set_mode(1, {800, 600}, {800, 0});
  painter.set_block_cursor({8, 8}, {0, 0});
  const auto left = open_x11("DUMMY0");
  const auto right = open_x11("DUMMY1");
  painter.warp({900, 40});
  CHECK_FALSE(left->pointer().visible);
  CHECK(right->pointer().visible);
  CHECK(right->pointer().top_left == Point{100, 40});
  painter.warp({796, 40});
  CHECK(left->pointer().visible);
  CHECK(right->pointer().visible);
  CHECK(right->pointer().top_left == Point{-4, 40});
}

}  // namespace
}  // namespace rustcam::test
