#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "x11_canvas.h"
#include "x11_painter.h"
#include "x11_server.h"

namespace rustcam::test {
namespace {

using Kind = XServerOptions::Kind;

TEST_CASE("outputs have their names, places and true rates") {
  const XServer server({.kind = Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {1024, 768}, {0, 0});
  painter.set_mode(1, {800, 600}, {1024, 100});
  const auto outputs = x11_backend().targets(TargetKind::output);
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].name == "DUMMY0");
  CHECK(outputs[1].name == "DUMMY1");
  CHECK(outputs[1].index == 1);
  CHECK(outputs[1].desktop == Rect{1024, 100, 1824, 700});
  // 1024x768: 65 MHz over 1344 x 806 dots.
  REQUIRE(outputs[0].refresh_hz);
  CHECK(*outputs[0].refresh_hz == doctest::Approx(65e6 / (1344 * 806)));
  CHECK(outputs[0].rotation == Rotation::none);
}

TEST_CASE("Xvfb's screen has no rate that could be told") {
  const XServer server;
  const auto outputs = x11_backend().targets(TargetKind::output);
  REQUIRE(outputs.size() == 1);
  CHECK(outputs[0].name == "screen");
  CHECK(outputs[0].desktop == Rect{0, 0, 640, 480});
  CHECK_FALSE(outputs[0].refresh_hz);
}

TEST_CASE("without RandR the screen is one output") {
  const XServer server({.arguments = {"-extension", "RANDR"}});
  const auto outputs = x11_backend().targets(TargetKind::output);
  REQUIRE(outputs.size() == 1);
  CHECK(outputs[0].name == "screen");
  const Painter painter;
  painter.fill({0, 0, 640, 480}, 0x0a0b0c);
  painter.sync();
  const auto source = open_x11("screen");
  Canvas canvas({640, 480});
  canvas.follow(*source, soon());
  CHECK(canvas.difference(painter, {0, 0, 640, 480}) == 0);
}

TEST_CASE("a source shows its own output and wakes for nothing outside it") {
  const XServer server({.kind = Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {1024, 768}, {0, 0});
  painter.set_mode(1, {800, 600}, {1024, 100});
  const Rect desktop{1024, 100, 1824, 700};
  painter.fill({0, 0, 1024, 768}, 0xff0000);
  painter.fill(desktop, 0x00ff00);
  painter.sync();
  const auto source = open_x11("DUMMY1");
  Canvas canvas({800, 600});
  canvas.follow(*source, soon());
  CHECK(canvas.difference(painter, desktop) == 0);
  painter.fill({100, 100, 200, 200}, 0x123456);
  painter.sync();
  CHECK(canvas.follow(*source, now() + std::chrono::milliseconds(50)) == AcquireStatus::timed_out);
  painter.fill({1000, 90, 1034, 110}, 0x0000ff);
  painter.sync();
  REQUIRE(source->acquire(soon(), {}) == AcquireStatus::updated);
  const UpdateLease lease(*source);
  CHECK(*lease->dirty == Region(Rect{0, 0, 10, 10}));
  canvas.read(*source, *lease->dirty);
  CHECK(canvas.difference(painter, desktop) == 0);
}

TEST_CASE("an output that is switched off is lost, and found again by its name") {
  const XServer server({.kind = Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {1024, 768}, {0, 0});
  painter.set_mode(1, {800, 600}, {1024, 0});
  const auto session = choose_x11("DUMMY1");
  const auto source = session->open({});
  Canvas canvas({800, 600});
  canvas.follow(*source, soon());
  painter.switch_off(1);
  CHECK(canvas.follow(*source, soon()) == AcquireStatus::access_lost);
  CHECK(source->last_loss().text.find("DUMMY1") != std::string::npos);
  CHECK(canvas.follow(*source, soon()) == AcquireStatus::access_lost);
  CHECK_THROWS_AS(session->open({}), AccessLost);
  painter.set_mode(1, {640, 480}, {1024, 0});
  const auto again = session->open({});
  CHECK(again->target().name == "DUMMY1");
  CHECK(again->target().size() == Size{640, 480});
}

TEST_CASE("without an active output the root window is one") {
  const XServer server({.kind = Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {1024, 768}, {0, 0});
  painter.switch_off(0);
  const auto outputs = x11_backend().targets(TargetKind::output);
  REQUIRE(outputs.size() == 1);
  CHECK(outputs[0].name == "root");
  CHECK(outputs[0].primary);
  CHECK(outputs[0].desktop == Rect{0, 0, 3000, 2000});
  painter.fill({0, 0, 3000, 2000}, 0x224466);
  painter.sync();
  const auto session = choose_x11();
  const auto source = session->open({});
  Canvas canvas({3000, 2000});
  REQUIRE(canvas.follow(*source, soon()) == AcquireStatus::updated);
  CHECK(canvas.difference(painter, {0, 0, 3000, 2000}) == 0);

  // An output that comes is another target: it is listed instead, and the root window goes on.
  painter.set_mode(1, {800, 600}, {100, 100});
  const auto now_listed = x11_backend().targets(TargetKind::output);
  REQUIRE(now_listed.size() == 1);
  CHECK(now_listed[0].name == "DUMMY1");
  canvas.catch_up(*source);
  CHECK(source->target().name == "root");
  CHECK(source->target().size() == Size{3000, 2000});
  CHECK(session->open({})->target().desktop == Rect{0, 0, 3000, 2000});
}

TEST_CASE(
    "the root window is never taken for an output that was switched off, nor for one of its name") {
  const XServer server;
  const Painter painter;
  const auto session = choose_x11();
  CHECK(session->target().name == "screen");
  const auto source = session->open({});
  painter.switch_off(0);
  AcquireStatus status = AcquireStatus::updated;
  while (status == AcquireStatus::updated) status = source->acquire(soon(), {});
  CHECK(status == AcquireStatus::access_lost);
  CHECK_THROWS_AS(session->open({}), AccessLost);
  const auto root = choose_x11("the root window");
  CHECK(root->target().name == "root");
  painter.define_monitor("root", {0, 0, 100, 100});
  painter.define_monitor("the root window", {0, 0, 100, 100});
  const auto outputs = x11_backend().targets(TargetKind::output);
  REQUIRE(outputs.size() == 1);
  CHECK(outputs[0].size() == Size{100, 100});
  CHECK(root->open({})->target().size() == Size{640, 480});
}

TEST_CASE("a mode change is a resize: the same source goes on in the new size") {
  const XServer server({.kind = Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {1024, 768}, {0, 0});
  const auto source = open_x11("DUMMY0");
  Canvas before({1024, 768});
  before.follow(*source, soon());
  for (const Size size : {Size{640, 480}, Size{800, 600}, Size{1024, 768}}) {
    painter.set_mode(0, size, {0, 0});
    AcquireStatus status = AcquireStatus::updated;
    while (status == AcquireStatus::updated) status = source->acquire(soon(), {});
    REQUIRE(status == AcquireStatus::resized);
    CHECK(source->target().size() == size);
    painter.fill(Rect::of(size), 0x5a5a5a);
    painter.sync();
    Canvas canvas(size);
    REQUIRE(canvas.follow(*source, soon()) == AcquireStatus::updated);
    canvas.catch_up(*source);
    CHECK(canvas.difference(painter, Rect::of(size)) == 0);
  }
}

TEST_CASE("an output that moves takes its picture along") {
  const XServer server({.kind = Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {1024, 768}, {0, 0});
  painter.set_mode(1, {800, 600}, {1024, 0});
  const auto source = open_x11("DUMMY1");
  Canvas canvas({800, 600});
  canvas.follow(*source, soon());
  painter.set_mode(1, {800, 600}, {1100, 300});
  const Rect desktop{1100, 300, 1900, 900};
  painter.fill({1150, 320, 1200, 400}, 0xabcdef);
  painter.sync();
  REQUIRE(canvas.follow(*source, soon()) == AcquireStatus::updated);
  canvas.catch_up(*source);
  CHECK(source->target().desktop == desktop);
  CHECK(canvas.difference(painter, desktop) == 0);
}

TEST_CASE("pixels of another output are never handed out, not even amid a change") {
  const XServer server({.kind = Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {800, 600}, {0, 0});
  painter.set_mode(1, {800, 600}, {800, 0});
  const auto source = open_x11("DUMMY1");
  Canvas canvas({800, 600});
  canvas.follow(*source, soon());
  painter.grab_server();
  Canvas after({800, 600});
  // It waits while the server is grabbed; if it comes later, it finds the output elsewhere.
  std::exception_ptr failure;
  std::jthread reading([&] {
    try {
      after.read(*source, Rect{0, 0, 800, 600});
    } catch (...) {
      failure = std::current_exception();
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  painter.set_mode(1, {800, 600}, {0, 700});
  painter.fill({800, 0, 1600, 600}, 0x5ec3e7);
  painter.ungrab_server();
  reading.join();
  REQUIRE(failure);
  CHECK_THROWS_AS(std::rethrow_exception(failure), AccessLost);
  CHECK(after.pixel({400, 300}) == 0x00123456u);
}

TEST_CASE("a monitor that a user defined is an output, followed when redefined or deleted") {
  const XServer server;
  const Painter painter;
  painter.define_monitor("left half", {0, 0, 320, 480});
  painter.define_monitor("beyond", {600, 400, 900, 900});
  painter.define_monitor("outside", {640, 0, 800, 100});
  auto outputs = x11_backend().targets(TargetKind::output);
  REQUIRE(outputs.size() == 3);
  CHECK(outputs[1].name == "beyond");
  CHECK(outputs[1].desktop == Rect{600, 400, 640, 480});
  const auto source = open_x11("left half");
  Canvas canvas({320, 480});
  canvas.follow(*source, soon());
  painter.define_monitor("left half", {0, 0, 300, 480});
  CHECK(source->acquire(soon(), {}) == AcquireStatus::resized);
  CHECK(source->target().size() == Size{300, 480});
  painter.define_monitor("left half", {});
  AcquireStatus status = AcquireStatus::updated;
  while (status == AcquireStatus::updated) status = source->acquire(soon(), {});
  CHECK(status == AcquireStatus::access_lost);
}

TEST_CASE("no device is made up") {
  const XServer server;
  const auto devices = x11_backend().devices().value();
  REQUIRE(devices.size() == 1);
  CHECK_FALSE(devices[0].name.empty());
  CHECK_FALSE(devices[0].vendor_id);
  CHECK_FALSE(devices[0].luid);
  CHECK_FALSE(devices[0].memory_bytes);
  CHECK(devices[0].outputs == std::vector<std::string>{"screen"});
}

TEST_CASE("without a display the reason says what to do") {
  const Environment none("DISPLAY", nullptr);
  const Support support = x11_backend().probe();
  CHECK_FALSE(support.available);
  CHECK(support.reason.find("DISPLAY") != std::string::npos);
  CHECK(support.reason.find("--backend virtual") != std::string::npos);
  const Environment nobody("DISPLAY", "unix:/nonexistent/socket");
  CHECK_FALSE(x11_backend().probe().available);
  CHECK_THROWS_AS(x11_backend().targets(TargetKind::output), DeviceError);
}

TEST_CASE("an X server inside a Wayland session is told to be one") {
  const XServer server;
  const Environment wayland("WAYLAND_DISPLAY", "wayland-0");
  const Support support = x11_backend().probe();
  CHECK(support.available);
  CHECK(support.reason.find("XWayland") != std::string::npos);
  REQUIRE(x11_backend().shortfall());
  CHECK(x11_backend().shortfall()->find("XWayland") != std::string::npos);
  const Environment none("WAYLAND_DISPLAY", "");
  CHECK_FALSE(x11_backend().shortfall());
}

}  // namespace
}  // namespace rustcam::test
