// Capturer asked for one picture at a time, or for a texture.
#include "capture/capturer.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capturer_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

TEST_CASE("the first grab answers at once on a still black screen, the next finds nothing new") {
  FakeDesktop desktop;
  desktop.add("one", full);
  Capturer capturer;
  const auto frame = capturer.grab({.timeout = 0s});
  REQUIRE(frame);
  CHECK(frame->image->size() == Size{64, 48});
  CHECK(pixel(*frame, 5, 5) == 0);
  CHECK_FALSE(capturer.grab({.timeout = 20ms}));
}

TEST_CASE("what is known about the output") {
  FakeDesktop desktop;
  desktop.add("zero", full);
  desktop.add("one", {64, 0, 128, 48});
  const Capturer capturer({.output = 1, .cursor = false, .region = Rect{4, 2, 34, 22}});
  CHECK(capturer.width() == 30);
  CHECK(capturer.height() == 20);
  CHECK(capturer.region() == Rect{4, 2, 34, 22});
  CHECK(capturer.output() == "one");
  CHECK(capturer.device() == 0);
  CHECK_FALSE(capturer.cursor());
  CHECK(capturer.rotation() == Rotation::none);
  CHECK(capturer.output_info().desktop == Rect{64, 0, 128, 48});
  CHECK_FALSE(capturer.is_capturing());
  CHECK(list_outputs().size() == 2);
  CHECK(device_info().empty());
}

TEST_CASE("outputs are chosen by name as well") {
  FakeDesktop desktop;
  desktop.add("zero", full);
  desktop.add("one", full);
  CHECK(Capturer({.output = "one"}).output() == "one");
  CHECK_THROWS_AS(Capturer({.output = "two"}), std::invalid_argument);
}

TEST_CASE("a grab has the region and the format that it asks for") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  screen->fill({20, 10, 24, 14}, 0x112233);
  Capturer capturer({.region = Rect{10, 5, 50, 45}});
  const auto frame = capturer.grab({.format = PixelFormat::bgr, .region = Rect{20, 10, 25, 14}});
  REQUIRE(frame);
  CHECK(frame->image->format() == PixelFormat::bgr);
  CHECK(frame->image->size() == Size{5, 4});
  const std::uint8_t* row = frame->view().row(3);
  CHECK(row[0] == 0x33);
  CHECK(row[1] == 0x22);
  CHECK(row[2] == 0x11);
  CHECK(row[14] == 0);
}

TEST_CASE("a bad region is an invalid argument") {
  FakeDesktop desktop;
  desktop.add("one", full);
  CHECK_THROWS_AS(Capturer({.region = Rect{0, 0, 65, 48}}), std::invalid_argument);
  CHECK_THROWS_AS(Capturer({.region = Rect{9, 9, 9, 20}}), std::invalid_argument);
  Capturer capturer({.region = Rect{10, 5, 50, 45}});
  CHECK_THROWS_AS(capturer.grab({.region = Rect{0, 0, 65, 48}}), std::invalid_argument);
  CHECK_THROWS_AS(capturer.grab({.region = Rect{9, 5, 50, 45}}), std::invalid_argument);
  CHECK_THROWS_AS(capturer.grab({.region = Rect{30, 30, 20, 40}}), std::invalid_argument);
}

TEST_CASE("a moved pointer makes no new frame") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  REQUIRE(capturer.grab());
  screen->set_pointer(square_pointer({3, 3}));
  CHECK_FALSE(capturer.grab({.timeout = 20ms}));
  screen->present();
  const auto frame = capturer.grab();
  REQUIRE(frame);
  CHECK(pixel(*frame, 4, 4) == 0xFFFFFF);
}

TEST_CASE("a caller who keeps every picture is told so") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  std::vector<Frame> kept;
  CHECK_THROWS_AS(
      [&] {
        for (int n = 0; n < 50; ++n) {
          screen->present();
          if (auto frame = capturer.grab()) kept.push_back(std::move(*frame));
        }
      }(),
      CaptureError);
  kept.clear();
  CHECK(capturer.grab());
}

TEST_CASE("a grab goes on after a loss, and tells of one that lasts") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  REQUIRE(capturer.grab());
  screen->lose("", "flicker");
  CHECK(capturer.grab());
  CHECK(capturer.loss().empty());

  screen->set_presence(Presence::absent);
  screen->lose("", "unplugged");
  CHECK_FALSE(capturer.grab({.timeout = 30ms}));
  CHECK(capturer.loss() == "unplugged");
  screen->set_presence(Presence::here);
  CHECK(capturer.grab({.timeout = 5s}));
  CHECK(capturer.loss().empty());
}

TEST_CASE("a read that fails is a loss like any other") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  screen->fail_next_read();
  CHECK(capturer.grab({.timeout = 5s}));
  CHECK(screen->openings() == 2);
}

TEST_CASE("a grab after the last loss throws") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  CapturerOptions options;
  options.recovery.reopen = false;
  Capturer capturer(options);
  REQUIRE(capturer.grab());
  screen->lose("CODE", "unplugged");
  CHECK_THROWS_AS(capturer.grab(), AccessLost);
  CHECK_THROWS_AS(capturer.grab(), AccessLost);
}

TEST_CASE("a changed size is grabbed in its new size") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  REQUIRE(capturer.grab());
  screen->resize({30, 20});
  const auto frame = capturer.grab();
  REQUIRE(frame);
  CHECK(frame->image->size() == Size{30, 20});
  CHECK(capturer.width() == 30);
}

TEST_CASE("the uses exclude one another") {
  FakeDesktop desktop;
  desktop.add("one", full);
  Capturer capturer;
  CHECK_THROWS_AS(capturer.latest(0s), std::logic_error);
  capturer.stop();
  capturer.start();
  CHECK_THROWS_AS(capturer.grab(), std::logic_error);
  CHECK_THROWS_AS(capturer.start(), std::logic_error);
  CHECK_THROWS_AS(capturer.frames(), std::logic_error);
  CHECK_THROWS_AS(capturer.grab_gpu(0s), std::logic_error);
  capturer.stop();
  capturer.stop();
  CHECK(capturer.grab());
  {
    const FrameSequence sequence = capturer.frames();
    CHECK_THROWS_AS(capturer.start(), std::logic_error);
    CHECK_THROWS_AS(capturer.latest(0s), std::logic_error);
  }
  CHECK(capturer.grab());
  std::jthread other([&] { CHECK_THROWS_AS(capturer.grab(), std::logic_error); });
}

TEST_CASE("textures are refused if the system shares none") {
  FakeDesktop desktop;
  desktop.add("one", full);
  Capturer capturer;
  CHECK_THROWS_AS(capturer.grab_gpu(0s), CaptureError);
}

TEST_CASE("textures are handed out like pictures") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  screen->set_textures(2);
  Capturer capturer;
  auto first = capturer.grab_gpu(5s);
  REQUIRE(first);
  CHECK(first->size == Size{64, 48});
  CHECK(first->desktop_sequence == 1);
  CHECK(first->presented != TimePoint{});
  CHECK_FALSE(capturer.grab_gpu(20ms));
  screen->set_pointer(square_pointer({3, 3}));
  CHECK_FALSE(capturer.grab_gpu(20ms));

  screen->present();
  const auto second = capturer.grab_gpu(5s);
  REQUIRE(second);
  CHECK(second->desktop_sequence == 2);
  screen->present();
  CHECK_THROWS_AS(capturer.grab_gpu(5s), CaptureError);
  first.reset();
  CHECK(capturer.grab_gpu(0s));

  screen->present();
  screen->fail_next_read();
  CHECK(capturer.grab_gpu(5s));
  CHECK(screen->openings() == 2);
}
