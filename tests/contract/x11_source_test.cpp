#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <future>
#include <iterator>
#include <random>
#include <string>
#include <thread>

#include "base/error.h"
#include "x11_canvas.h"
#include "x11_painter.h"
#include "x11_server.h"

namespace rustcam::test {
namespace {

using Kind = XServerOptions::Kind;

Rect random_rect(std::mt19937& random, Size within, std::int32_t largest) {
  const auto below = [&](std::int32_t n) {
    return static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(n));
  };
  return Rect::of(Point{below(within.width), below(within.height)},
                  {1 + below(largest), 1 + below(largest)});
}

/// Draws at random and follows by dirty rectangles only; the canvas must stay the screen's picture.
void check_random_damage(unsigned seed) {
  CAPTURE(seed);
  std::mt19937 random(seed);
  const Painter painter;
  const auto source = open_x11();
  const Rect desktop = source->target().desktop;
  Canvas canvas(desktop.size());
  REQUIRE(canvas.follow(*source, soon()) == AcquireStatus::updated);
  for (int step = 0; step < 60; ++step) {
    const int count = 1 + static_cast<int>(random() % 40);
    for (int i = 0; i < count; ++i)
      painter.fill(random_rect(random, desktop.size(), 120), random() & 0xffffffu);
    painter.sync();
    REQUIRE(canvas.follow(*source, soon()) == AcquireStatus::updated);
    canvas.catch_up(*source);
    REQUIRE(canvas.difference(painter, desktop) == 0);
  }
}

TEST_CASE("a motionless black screen is delivered at once, whole and opaque") {
  const XServer server({.size = {321, 123}});
  const auto source = open_x11();
  Canvas canvas({321, 123});
  REQUIRE(source->acquire(TimePoint{}, {}) == AcquireStatus::updated);
  {
    const UpdateLease lease(*source);
    CHECK(lease->accumulated_frames == 1);
    CHECK_FALSE(lease->accumulated_known);
    REQUIRE(lease->dirty != nullptr);
    CHECK(*lease->dirty == Region(Rect{0, 0, 321, 123}));
    canvas.read(*source, *lease->dirty);
  }
  std::int64_t wrong = 0;
  for (std::int32_t y = 0; y < 123; ++y)
    for (std::int32_t x = 0; x < 321; ++x)
      if (canvas.pixel({x, y}) != 0xff000000u) ++wrong;
  CHECK(wrong == 0);
  const TimePoint before = now();
  CHECK(source->acquire(before + std::chrono::milliseconds(100), {}) == AcquireStatus::timed_out);
  CHECK(now() - before >= std::chrono::milliseconds(100));
}

TEST_CASE("damage is complete: random drawing, shared memory by descriptor") {
  const XServer server;
  for (unsigned seed = 1; seed <= 3; ++seed) check_random_damage(seed);
}

TEST_CASE("damage is complete: a server without MIT-SHM") {
  const XServer server({.arguments = {"-extension", "MIT-SHM"}});
  check_random_damage(4);
}

TEST_CASE("damage is complete: a remote display") {
  const XServer server({.arguments = {"-listen", "tcp", "-ac"}});
  const Environment tcp("DISPLAY", ("127.0.0.1" + server.display()).c_str());
  check_random_damage(5);
}

TEST_CASE("System V memory if no descriptor can be made") {
  const XServer server;
  const Painter painter;
  painter.fill({0, 0, 640, 480}, 0x336699);
  painter.sync();
  const auto source = open_x11();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const int lowest_free = dup(0);
  close(lowest_free);
  const rlimit none_left{static_cast<rlim_t>(lowest_free), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none_left) == 0);
  Canvas canvas({640, 480});
  const AcquireStatus status = canvas.follow(*source, soon());
  setrlimit(RLIMIT_NOFILE, &before);
  REQUIRE(status == AcquireStatus::updated);
  CHECK(canvas.difference(painter, {0, 0, 640, 480}) == 0);
  std::ifstream maps("/proc/self/maps");
  const std::string text{std::istreambuf_iterator<char>(maps), {}};
  CHECK(text.find("SYSV") != std::string::npos);
}

TEST_CASE("nothing is lost while another program draws all the time") {
  const XServer server;
  const Painter painter;
  const auto source = open_x11();
  const Rect desktop = source->target().desktop;
  Canvas canvas(desktop.size());
  std::jthread other([&](const std::stop_token& stop) {
    const Painter own;
    std::mt19937 random(6);
    while (!stop.stop_requested()) {
      for (int i = 0; i < 20; ++i)
        own.fill(random_rect(random, desktop.size(), 60), random() & 0xffffffu);
      own.sync();
    }
  });
  for (int round = 0; round < 300; ++round) canvas.follow(*source, soon());
  other.request_stop();
  other.join();
  canvas.catch_up(*source);
  CHECK(canvas.difference(painter, desktop) == 0);
}

TEST_CASE("ten thousand small drawings between two updates") {
  const XServer server;
  const Painter painter;
  const auto source = open_x11();
  const Rect desktop = source->target().desktop;
  Canvas canvas(desktop.size());
  canvas.follow(*source, soon());
  std::mt19937 random(7);
  for (int i = 0; i < 10'000; ++i)
    painter.fill(random_rect(random, desktop.size(), 3), random() & 0xffffffu);
  painter.sync();
  canvas.catch_up(*source);
  CHECK(canvas.difference(painter, desktop) == 0);
}

TEST_CASE("whole rows are read in place by the server, and what changed meanwhile is there") {
  const XServer server;
  const Painter painter;
  const auto source = open_x11();
  painter.fill({0, 0, 640, 480}, 0x112233);
  painter.sync();
  Picture picture = source->make_picture({640, 480});
  REQUIRE(source->read(Rect{0, 0, 640, 480}, picture, {}).bytes_copied == 0);
  painter.fill({0, 100, 640, 200}, 0x445566);
  painter.fill({600, 110, 640, 210}, 0x778899);
  painter.sync();
  Region changed(Rect{0, 100, 640, 200});
  changed.add(Rect{600, 110, 640, 210});
  REQUIRE(source->read(changed, picture, {}).bytes_copied == 0);
  Canvas truth({640, 480});
  truth.read(*source, Rect{0, 0, 640, 480});
  for (std::int32_t y = 0; y < 480; ++y)
    REQUIRE(std::memcmp(picture.view().row(y), truth.view().row(y), 640 * 4) == 0);
  CHECK(source->read(Rect{600, 110, 640, 210}, picture, {}).bytes_copied == 40 * 100 * 4);
}

TEST_CASE("presented lies between the drawing and its arrival, even when nobody was waiting") {
  const XServer server;
  const Painter painter;
  const auto source = open_x11();
  Canvas canvas({640, 480});
  canvas.follow(*source, soon());
  const TimePoint before = now();
  painter.fill({0, 0, 10, 10}, 0xffffff);
  painter.sync();
  const TimePoint drawn = now();
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  REQUIRE(source->acquire(soon(), {}) == AcquireStatus::updated);
  const UpdateLease lease(*source);
  // The server's stamps count whole milliseconds.
  CHECK(lease->presented >= before - std::chrono::milliseconds(1));
  CHECK(lease->presented <= drawn + std::chrono::milliseconds(2));
}

TEST_CASE("a stop request wakes a waiting acquire") {
  const XServer server;
  const auto source = open_x11();
  Canvas canvas({640, 480});
  canvas.follow(*source, soon());
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const TimePoint before = now();
  CHECK(source->acquire(before + std::chrono::seconds(100), stop.get_token()) ==
        AcquireStatus::cancelled);
  CHECK(now() - before < std::chrono::seconds(10));
  CHECK(source->acquire(soon(), stop.get_token()) == AcquireStatus::cancelled);
  CHECK(source->acquire(TimePoint{}, {}) == AcquireStatus::timed_out);
}

TEST_CASE("depth 30 is narrowed to eight bits, depth 16 stretched") {
  struct Sample {
    int depth;
    std::uint32_t pixel;
    const char* format;
    std::uint32_t bgra;
  };
  for (const Sample& sample :
       {Sample{30, 0x3ffu << 20 | 0x200u << 10 | 0x007u, "x2rgb10", 0xffff8001u},
        Sample{16, 0x8000u | 0x07e0u | 0x0001u, "depth 16", 0xff84ff08u}}) {
    const XServer server({.depth = sample.depth});
    const Painter painter;
    painter.fill({0, 0, 640, 480}, sample.pixel);
    painter.sync();
    const auto source = open_x11();
    CHECK(source->target().native_format == sample.format);
    CHECK(source->target().changes_unknown.empty());
    Canvas canvas({640, 480});
    canvas.follow(*source, soon());
    CHECK(canvas.pixel({320, 240}) == sample.bgra);
  }
}

TEST_CASE("without Damage, what changes is found and nothing else is told") {
  const XServer server({.arguments = {"-extension", "DAMAGE"}});
  const Painter painter;
  CHECK(x11_backend().probe().available);
  const auto source = open_x11();
  CHECK_FALSE(source->target().changes_unknown.empty());
  Canvas canvas({640, 480});
  REQUIRE(canvas.follow(*source, soon()) == AcquireStatus::updated);
  CHECK_FALSE(source->update().presented_known);
  CHECK(canvas.follow(*source, now() + std::chrono::milliseconds(100)) == AcquireStatus::timed_out);
  painter.fill({600, 470, 601, 471}, 0x123456);
  painter.sync();
  REQUIRE(source->acquire(soon(), {}) == AcquireStatus::updated);
  {
    const UpdateLease lease(*source);
    CHECK(lease->dirty->contains(Rect{600, 470, 601, 471}));
    CHECK(lease->dirty->area() < 10000);
    canvas.read(*source, *lease->dirty);
  }
  CHECK(canvas.difference(painter, {0, 0, 640, 480}) == 0);
}

TEST_CASE("an X server that dies is a DeviceError, whatever we were doing") {
  XServer server;
  const auto waiting = open_x11();
  const auto reading = open_x11();
  const auto pointing = open_x11();
  Canvas canvas({640, 480});
  canvas.follow(*waiting, soon());
  canvas.follow(*reading, soon());
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    server.kill();
  });
  CHECK_THROWS_AS(waiting->acquire(soon(), {}), DeviceError);
  later.join();
  CHECK_THROWS_AS(canvas.read(*reading, Rect{0, 0, 640, 480}), DeviceError);
  CHECK_THROWS_AS(pointing->pointer(), DeviceError);
  CHECK_THROWS_AS(x11_backend().targets(TargetKind::output), DeviceError);
}

}  // namespace
}  // namespace rustcam::test
