#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "x11_canvas.h"
#include "x11_painter.h"
#include "x11_server.h"

namespace rustcam::test {
namespace {

TEST_CASE("windows are listed with title, process and place") {
  const XServer server;
  const Painter painter;
  CHECK(x11_backend().targets(TargetKind::window).empty());
  const xcb_window_t first = painter.make_window({10, 20, 110, 70}, "Größe 尺寸", 4321);
  const xcb_window_t second = painter.make_window({30, 40, 50, 60}, "second", 5);
  auto windows = x11_backend().targets(TargetKind::window);
  REQUIRE(windows.size() == 2);
  CHECK(windows[0].window == first);
  CHECK(windows[0].name == "Größe 尺寸");
  CHECK(windows[0].kind == TargetKind::window);
  CHECK(windows[0].pid == 4321);
  CHECK(windows[0].desktop == Rect{10, 20, 110, 70});
  const std::string latin1 =
      "Gr\xf6\xdf"
      "e";
  xcb_change_property(painter.get(), XCB_PROP_MODE_REPLACE, first, XCB_ATOM_WM_NAME,
                      XCB_ATOM_STRING, 8, 5, latin1.data());
  painter.set_title(first, "");
  CHECK(x11_backend().targets(TargetKind::window)[0].name == "Größe");
  painter.set_title(first, latin1);
  CHECK(x11_backend().targets(TargetKind::window)[0].name == "Größe");
  painter.set_title(first, "over\xc0\xaflong");
  CHECK(x11_backend().targets(TargetKind::window)[0].name == "overÀ¯long");
  painter.set_client_list({second});
  windows = x11_backend().targets(TargetKind::window);
  REQUIRE(windows.size() == 1);
  CHECK(windows[0].name == "second");
}

TEST_CASE("a presented frame is on the screen when present() returns") {
  for (const bool shared : {true, false}) {
    CAPTURE(shared);
    XServerOptions options;
    if (!shared) options.arguments = {"-extension", "MIT-SHM"};
    const XServer server(options);
    const Painter painter;
    const auto presenter =
        x11_backend().present({.scene = "mover", .size = Size{600, 400}, .output = {}});
    const auto scene = make_scene("mover", {600, 400});
    Canvas expected({600, 400});
    for (const std::int64_t n : {0, 1, 2, 50, 49, 3}) {
      CAPTURE(n);
      REQUIRE(presenter->present(n));
      scene->draw(n, Rect{0, 0, 600, 400}, expected.view());
      CHECK(expected.difference(painter, {0, 0, 600, 400}) == 0);
    }
  }
}

TEST_CASE("a stimulus that is covered and uncovered again is mended") {
  const XServer server;
  const Painter painter;
  const auto presenter = x11_backend().present({.scene = "static", .size = {}, .output = {}});
  REQUIRE(presenter->present(0));
  const xcb_window_t cover = painter.make_window({0, 0, 300, 300}, "cover", 1);
  REQUIRE(presenter->present(1));
  xcb_destroy_window(painter.get(), cover);
  painter.sync();
  REQUIRE(presenter->present(2));
  const auto scene = make_scene("static", {640, 480});
  Canvas expected({640, 480});
  scene->draw(2, Rect{0, 0, 640, 480}, expected.view());
  CHECK(expected.difference(painter, {0, 0, 640, 480}) == 0);
}

TEST_CASE("a stimulus ends when its window is closed, and fails when the server dies") {
  XServer server;
  const Painter painter;
  const auto closed = x11_backend().present({.scene = "static", .size = {}, .output = {}});
  REQUIRE(closed->present(0));
  painter.close_window(painter.find_window("rustcam-cli stimulus static"));
  CHECK_FALSE(closed->present(1));
  const auto orphan = x11_backend().present({.scene = "mover", .size = {}, .output = {}});
  REQUIRE(orphan->present(0));
  server.kill();
  CHECK_THROWS_AS(orphan->present(1), DeviceError);
}

TEST_CASE("a stimulus goes to the output that was named") {
  const XServer server({.kind = XServerOptions::Kind::dummy});
  const Painter painter;
  painter.set_mode(0, {800, 600}, {0, 0});
  painter.set_mode(1, {640, 480}, {800, 50});
  const auto presenter =
      x11_backend().present({.scene = "gradient", .size = {}, .output = "DUMMY1"});
  REQUIRE(presenter->present(7));
  const auto scene = make_scene("gradient", {640, 480});
  Canvas expected({640, 480});
  scene->draw(7, Rect{0, 0, 640, 480}, expected.view());
  CHECK(expected.difference(painter, {800, 50, 1440, 530}) == 0);
  CHECK_THROWS_AS(
      x11_backend().present({.scene = "gradient", .size = {}, .output = "no such output"}),
      UsageError);
}

}  // namespace
}  // namespace rustcam::test
