// setenv is POSIX's, and so are Wayland sessions.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "capture/selection.h"
#include "support/fake_source.h"

using namespace rustcam;
using namespace rustcam::test;

TEST_CASE("XWayland is not taken silently") {
  FakeDesktop desktop;
  const auto screen = desktop.add("left", {0, 0, 1920, 1080});
  ::unsetenv("WAYLAND_DISPLAY");
  CHECK(select_target({}).notes.empty());
  ::setenv("WAYLAND_DISPLAY", "wayland-0", 1);
  const Selection by_auto = select_target({});
  REQUIRE(by_auto.notes.size() == 1);
  CHECK(by_auto.notes[0].find("XWayland") != std::string::npos);
  TargetRequest by_name;
  by_name.backend = "x11";
  CHECK(select_target(by_name).notes.empty());
  ::unsetenv("WAYLAND_DISPLAY");
}
