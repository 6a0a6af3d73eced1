#include "capture/selection.h"

#include <doctest/doctest.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/registry.h"
#include "support/fake_desktop.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TargetRequest request(std::optional<std::string> output, std::optional<std::string> region = {}) {
  TargetRequest r;
  r.output = std::move(output);
  if (region) r.region = parse_region(*region);
  return r;
}

/// Two screens side by side: "left" at the origin, "right" beside it, lower.
struct TwoScreens {
  FakeDesktop desktop;
  std::shared_ptr<FakeScreen> left = desktop.add("left", {0, 0, 1920, 1080});
  std::shared_ptr<FakeScreen> right = desktop.add("right", {1920, 100, 3200, 820});
};

void expect_usage(const TargetRequest& wrong, const std::vector<std::string>& parts) {
  CHECK_THROWS_AS(select_target(wrong), UsageError);
  const std::string text = message_of([&] { select_target(wrong); });
  for (const std::string& part : parts) {
    INFO(text);
    CHECK(mentions(text, part));
  }
}

}  // namespace

TEST_CASE("regions are read in three forms") {
  CHECK(parse_region("100,50,500,300").rect == Rect{100, 50, 500, 300});
  CHECK_FALSE(parse_region("100,50,500,300").desktop_coordinates);
  CHECK(parse_region("-1920,40 400x250").rect == Rect{-1920, 40, -1520, 290});
  CHECK(parse_region("-1920,40 400x250").desktop_coordinates);
  CHECK(parse_region("400x250+100+-50").rect == Rect{100, -50, 500, 200});
  CHECK(parse_region("400x250+100+50").desktop_coordinates);
}

TEST_CASE("anything else is no region") {
  for (const char* text :
       {"", "1,2,3", "1,2,3,4,5", "1,2,3,4 ", " 1,2,3,4", "1.5,2,3,4", "a,b,c,d",
        "1,2,3,99999999999", "400x250", "400x250+1", "400x250-1-1", "-4x4+0+0", "0,0 4x-4",
        "4x4+2147483647+0", "2147483647,0 1x1", "1,2 3", "+1,2,3,4", "1,2\t3x4"})
    CHECK_THROWS_AS(parse_region(text), UsageError);
}

TEST_CASE("outputs are chosen by index and by name") {
  const TwoScreens two;
  CHECK(select_target(request("0")).target.name == "left");
  CHECK(select_target(request("1")).target.name == "right");
  CHECK(select_target(request("right")).target.name == "right");
  expect_usage(request("2"), {"\"2\"", "left", "right"});
  expect_usage(request("middle"), {"middle", "0 left (1920x1080+0+0)"});
  expect_usage(request("-1"), {"-1"});
}

TEST_CASE("without a choice it is the primary, else the one at the origin, else the first") {
  const auto target = [](std::string name, int left, bool primary) {
    TargetInfo t;
    t.name = std::move(name);
    t.desktop = {left, 0, left + 10, 10};
    t.primary = primary;
    return t;
  };
  const TargetInfo a = target("a", 10, false);
  const TargetInfo b = target("b", 0, false);
  const TargetInfo c = target("c", 20, true);
  CHECK(default_target({a, b, c}).name == "c");
  CHECK(default_target({a, b}).name == "b");
  CHECK(default_target({a, a}).name == "a");
}

TEST_CASE("a device leaves its own outputs, counted within it") {
  const TwoScreens two;
  TargetRequest r;
  r.device = 0;
  r.output = "1";
  CHECK(select_target(r).target.name == "right");
  r.device = 3;
  expect_usage(r, {"device 3"});
}

TEST_CASE("a region from the corner lies inside its output") {
  const TwoScreens two;
  const Selection s = select_target(request("right", "100,50,1280,720"));
  CHECK(s.region == Rect{100, 50, 1280, 720});
  expect_usage(request("right", "100,50,1281,720"), {"1280x720", "outside"});
  expect_usage(request("right", "-1,0,10,10"), {"1280x720", "outside"});
  expect_usage(request("right", "5,5,5,9"), {"1280x720", "empty"});
  expect_usage(request("right", "50,5,5,9"), {"1280x720", "reversed"});
  expect_usage(request("right", "5,50,9,9"), {"1280x720", "reversed"});
}

TEST_CASE("a region in desktop coordinates chooses its output") {
  const TwoScreens two;
  Selection s = select_target(request({}, "2000,200 400x250"));
  CHECK(s.target.name == "right");
  CHECK(s.region == Rect{80, 100, 480, 350});
  s = select_target(request({}, "400x250+10+20"));
  CHECK(s.target.name == "left");
  CHECK(s.region == Rect{10, 20, 410, 270});
  s = select_target(request("right", "1280x720+1920+100"));
  CHECK(s.region == Rect{0, 0, 1280, 720});
}

TEST_CASE("a region in desktop coordinates that fits no output is refused") {
  const TwoScreens two;
  expect_usage(request({}, "400x250+1700+200"), {"spans", "left", "right"});
  expect_usage(request({}, "400x250+10+1000"), {"partly", "1920x1080"});
  expect_usage(request({}, "400x250+5000+0"), {"outside every output", "1920x1080", "1280x720"});
  expect_usage(request("left", "400x250+2000+200"), {"left", "right", "1920x1080"});
  expect_usage(request("left", "400x250+1700+200"), {"left", "1920x1080"});
  expect_usage(request({}, "0x250+10+10"), {"empty", "1920x1080"});
}

TEST_CASE("mirrored outputs do not make a region span") {
  FakeDesktop desktop;
  desktop.add("panel", {0, 0, 1920, 1080});
  desktop.add("projector", {0, 0, 1920, 1080});
  CHECK(select_target(request({}, "10x10+0+0")).target.name == "panel");
  CHECK(select_target(request("projector", "10x10+0+0")).target.name == "projector");
}

TEST_CASE("back ends are found by name") {
  FakeDesktop desktop;
  CHECK(find_backend("auto").name() == "x11");
  CHECK(find_backend("virtual").name() == "virtual");
  CHECK_THROWS_AS(find_backend("quartz"), UsageError);
  CHECK(mentions(message_of([] { find_backend("quartz"); }), "wayland"));
  for (const char* absent : {"dda", "wayland", "portal"}) {
    CHECK_THROWS_AS(find_backend(absent), CaptureError);
    CHECK(mentions(message_of([&] { find_backend(absent); }), "not part of this build"));
  }
}

TEST_CASE("without a screen auto names the virtual back end and never takes it") {
  FakeDesktop desktop;
  desktop.set_reachable(false);
  CHECK_THROWS_AS(find_backend("auto"), CaptureError);
  const std::string text = message_of([] { find_backend("auto"); });
  CHECK(mentions(text, "--backend virtual"));
  CHECK(mentions(text, "DISPLAY is not set"));
  CHECK_THROWS_AS(find_backend("x11"), CaptureError);
  CHECK(mentions(message_of([] { find_backend("x11"); }), "DISPLAY is not set"));
}

TEST_CASE("no output at all is not wrong usage") {
  FakeDesktop desktop;
  CHECK_THROWS_AS(select_target({}), CaptureError);
}

TEST_CASE("names that are not listed are resolved if the back end can") {
  TargetRequest r = request("mover@64x48@500");
  r.backend = "virtual";
  CHECK(select_target(r).target.name == "mover@64x48@500");
  r.output = "maze";
  expect_usage(r, {"maze"});
}

TEST_CASE("a target of a listing is chosen by its identity, whatever names and indexes say") {
  FakeDesktop desktop;
  desktop.add("1", {0, 0, 64, 48});
  const auto second = desktop.add("0", {64, 0, 128, 48});
  TargetRequest r;
  r.identity = second->target().identity;
  CHECK(select_target(r).target.name == "0");
  desktop.remove("0");
  expect_usage(r, {"id-of-0", "not there any more"});
}

TEST_CASE("regions of a scaled desktop reach to the pixels that they touch") {
  TargetInfo t;
  t.desktop = {100, 50, 100 + 1093, 50 + 614};  // 1366x768 at 1.25 is 1092.8x614.4
  t.pixels = Size{1366, 768};
  t.scale = 1.25;
  CHECK(pixels_of({100, 50, 1193, 664}, t) == Rect{0, 0, 1366, 768});
  CHECK(pixels_of({101, 51, 103, 53}, t) == Rect{1, 1, 4, 4});
  CHECK(pixels_of({104, 54, 108, 58}, t) == Rect{5, 5, 10, 10});
  CHECK(pixels_of({1192, 663, 1193, 664}, t) == Rect{1365, 766, 1366, 768});
  t.desktop = {0, 0, 1280, 720};
  t.pixels = Size{1920, 1080};
  t.scale = 1.5;
  CHECK(pixels_of({1, 1, 2, 2}, t) == Rect{1, 1, 3, 3});
  t.pixels.reset();
  CHECK(pixels_of({1, 1, 2, 2}, t) == Rect{1, 1, 2, 2});
}

TEST_CASE("a window cannot be captured yet") {
  const TwoScreens two;
  TargetRequest r;
  r.kind = TargetKind::window;
  expect_usage(r, {"windows", "capture the output"});
}

TEST_CASE("a selection's copies share one session, which opens its target again and again") {
  const TwoScreens two;
  const Selection s = select_target(request("right"));
  const Selection copy = s;
  CHECK(copy.session == s.session);
  for (int i = 0; i < 2; ++i) CHECK(copy.session->open({})->target().name == "right");
  CHECK(two.right->openings() == 2);
}

TEST_CASE("the registry tells all names, and which of them are here") {
  CHECK(backend_names() == std::vector<std::string>{"dda", "x11", "wayland", "portal", "virtual"});
  REQUIRE(backends().size() == 2);
  CHECK(backends()[0] == &fake_backend());
  CHECK(screenless_backend() == "virtual");
}

TEST_CASE("that a back end shows a part of the session only is told if auto took it") {
  FakeDesktop desktop;
  desktop.add("left", {0, 0, 1920, 1080});
  CHECK(select_target({}).notes.empty());
  desktop.set_shortfall("only a part is captured");
  const Selection by_auto = select_target({});
  REQUIRE(by_auto.notes.size() == 1);
  CHECK(by_auto.notes[0] ==
        "only a part is captured (this build has no Wayland back end); take another back end with "
        "--backend if there is one");
  TargetRequest by_name;
  by_name.backend = "x11";
  CHECK(select_target(by_name).notes.empty());
}
