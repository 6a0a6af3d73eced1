// Capturer with a thread of its own: the latest picture, and frames for exact slots.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/error.h"
#include "capture/capturer.h"
#include "capturer_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

TEST_CASE("latest waits for a frame newer than the last") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  capturer.start();
  CHECK(capturer.is_capturing());
  CHECK(screen->open_sources() == 1);
  const Frame first = capturer.latest(5s);
  REQUIRE(first);
  CHECK_FALSE(capturer.latest(20ms));
  screen->set_pointer(square_pointer({3, 3}));
  CHECK_FALSE(capturer.latest(20ms));
  screen->fill(full, 0x00FF00);
  screen->present();
  const Frame second = capturer.latest(5s, PixelFormat::rgb);
  REQUIRE(second);
  CHECK(second.view().format == PixelFormat::rgb);
  CHECK(second.view().row(20)[1] == 0xFF);
  CHECK(second.desktop_sequence > first.desktop_sequence);
  capturer.stop();
  CHECK_FALSE(capturer.is_capturing());
  CHECK(screen->open_sources() == 0);
  CHECK(capturer.grab());
}

TEST_CASE("the stop request that came with the selection ends what runs") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  std::stop_source stop;
  TargetRequest request;
  request.patience.stop = stop.get_token();
  Capturer capturer(select_target(request), true);
  StartOptions options;
  SUBCASE("every frame") {}
  SUBCASE("at a rate") {
    options.target_fps = 50;
  }
  capturer.start(options);
  CHECK(capturer.latest(5s));
  stop.request_stop();
  CHECK_FALSE(capturer.latest(24h));
}

TEST_CASE("a rate limits what is read") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  const Animation animation(screen, 1000);
  Capturer capturer;
  capturer.start({.target_fps = 50});
  const TimePoint end = now() + 400ms;
  int frames = 0;
  while (now() < end)
    if (capturer.latest(100ms)) ++frames;
  capturer.stop();
  CHECK(frames <= 22);
  CHECK(frames >= 2);
}

TEST_CASE("the video mode repeats the last frame, with the pointer where it is") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  capturer.start({.target_fps = 100, .video_mode = true});
  const Frame first = capturer.latest(5s);
  const Frame second = capturer.latest(5s);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first.desktop_sequence == second.desktop_sequence);
  screen->set_pointer(square_pointer({3, 3}));
  Frame moved;
  for (int n = 0; n < 200 && !(moved && pixel(moved, 4, 4) == 0xFFFFFF); ++n)
    moved = capturer.latest(5s);
  REQUIRE(moved);
  CHECK(pixel(moved, 4, 4) == 0xFFFFFF);
  CHECK(moved.desktop_sequence == first.desktop_sequence);
  CHECK_THROWS_AS(capturer.start({}), std::logic_error);
  capturer.stop();
  CHECK_THROWS_AS(capturer.start({.video_mode = true}), std::invalid_argument);
}

TEST_CASE("frames come for exact slots, in order, repeated if nothing is new") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  const Rational rate = make_rational(60000, 1001);
  std::int64_t n = 0;
  TimePoint t0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  for (auto& [frame, slot_time] : capturer.frames({.fps = rate, .format = PixelFormat::gray})) {
    if (n == 0) {
      t0 = slot_time;
      first = frame.sequence;
    }
    REQUIRE(slot_time == t0 + slot_offset(rate, n));
    REQUIRE(frame.view().format == PixelFormat::gray);
    REQUIRE(frame.sequence >= last);
    last = frame.sequence;
    CHECK_THROWS_AS(capturer.grab(), std::logic_error);
    if (n == 10) {
      screen->fill(full, 0xFFFFFF);
      screen->present();
    }
    if (++n == 30) {
      CHECK(frame.view().row(0)[0] == 255);
      break;
    }
  }
  CHECK(n == 30);
  CHECK(last == first + 1);
  CHECK_FALSE(capturer.is_capturing());
  CHECK(capturer.grab());
}

TEST_CASE("a slow consumer loses no slot number") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  const Animation animation(screen, 500);
  Capturer capturer;
  std::int64_t n = 0;
  TimePoint t0;
  std::uint32_t last_colour = 0;
  for (auto& [frame, slot_time] : capturer.frames({.fps = 200})) {
    if (n == 0) t0 = slot_time;
    REQUIRE(slot_time == t0 + slot_offset({200, 1}, n));
    REQUIRE(pixel(frame, 1, 1) >= last_colour);
    last_colour = pixel(frame, 1, 1);
    if (n == 5) std::this_thread::sleep_for(150ms);
    if (++n == 60) break;
  }
  CHECK(n == 60);
}

TEST_CASE("stop ends frames") {
  FakeDesktop desktop;
  desktop.add("one", full);
  Capturer capturer;
  int n = 0;
  for (auto& slot : capturer.frames({.fps = 100})) {
    CHECK(slot.frame);
    if (++n == 3) capturer.stop();
  }
  CHECK(n == 3);
}

TEST_CASE("frames go on through a loss") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  int n = 0;
  std::uint64_t last = 0;
  for (auto& [frame, slot_time] : capturer.frames({.fps = 200})) {
    if (n == 3) {
      screen->set_presence(Presence::absent);
      screen->lose("", "unplugged");
    }
    if (n == 20) {
      CHECK(capturer.loss() == "unplugged");
      screen->set_presence(Presence::here);
      screen->fill(full, 0x123456);
    }
    last = frame.desktop_sequence;
    if (pixel(frame, 0, 0) == 0x123456 || ++n == 2000) break;
  }
  CHECK(n < 2000);
  CHECK(n >= 20);
  CHECK(last == 2);
}

TEST_CASE("latest throws what ended the capture for good") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  CapturerOptions options;
  options.recovery.reopen = false;
  Capturer capturer(options);
  capturer.start();
  REQUIRE(capturer.latest(5s));
  screen->lose("CODE", "unplugged");
  CHECK_THROWS_AS(capturer.latest(5s), AccessLost);
  capturer.stop();
}

TEST_CASE("a start that cannot open its source throws and leaves nothing running") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  screen->set_presence(Presence::refused);
  CHECK_THROWS_AS(capturer.start(), DuplicationError);
  CHECK_FALSE(capturer.is_capturing());
  screen->set_presence(Presence::here);
  CHECK(capturer.grab());
}

TEST_CASE("start, latest and stop from several threads") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  const Animation animation(screen, 500);
  Capturer capturer;
  for (int round = 0; round < 8; ++round) {
    if (round % 2 == 0)
      capturer.start();
    else
      capturer.start({.target_fps = 200, .video_mode = true});
    std::atomic<int> frames = 0;
    std::atomic<bool> right = true;
    std::vector<std::jthread> readers;
    for (int n = 0; n < 3; ++n)
      readers.emplace_back([&] {
        while (const Frame frame = capturer.latest(10s)) {
          ++frames;
          if (frame.size() != Size{64, 48} || capturer.width() != 64) right = false;
        }
      });
    while (frames < 20) std::this_thread::yield();
    capturer.stop();
    readers.clear();
    CHECK(right);
  }
  CHECK(screen->open_sources() == 0);
}
