#include "capture/capturer.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "support/fake_source.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

constexpr Rect full{0, 0, 64, 48};

std::uint32_t pixel(const Frame& frame, int x, int y) {
  const std::uint8_t* p = frame.view().row(y) + std::ptrdiff_t{4} * x;
  return static_cast<std::uint32_t>(p[0] | p[1] << 8 | p[2] << 16);
}

/// Presents a new colour each time, `hz` times a second, until it goes.
class Animation {
 public:
  Animation(std::shared_ptr<FakeScreen> screen, int hz)
      : thread_([screen = std::move(screen), hz](const std::stop_token& stop) {
          const auto rate = make_rational(hz, 1);
          const TimePoint begun = now();
          for (std::uint32_t n = 0; !stop.stop_requested(); ++n) {
            screen->fill(full, n);
            screen->present();
            std::this_thread::sleep_until(begun + slot_offset(rate, n + 1));
          }
        }) {}

 private:
  std::jthread thread_;
};

Pointer square_pointer(Point at) {
  auto shape = std::make_shared<PointerShape>();
  shape->size = {4, 4};
  shape->stride = 16;
  shape->pixels.assign(64, 255);
  Pointer pointer;
  pointer.top_left = at;
  pointer.visible = true;
  pointer.shape = std::move(shape);
  return pointer;
}

}  // namespace

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
  CHECK(second.image->format() == PixelFormat::rgb);
  CHECK(second.view().row(20)[1] == 0xFF);
  CHECK(second.desktop_sequence > first.desktop_sequence);
  capturer.stop();
  CHECK_FALSE(capturer.is_capturing());
  CHECK(screen->open_sources() == 0);
  CHECK(capturer.grab());
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

TEST_CASE("frames come for exact slots, in order, repeated where nothing is new") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full);
  Capturer capturer;
  const Rational rate = make_rational(60000, 1001);
  std::int64_t n = 0;
  TimePoint t0;
  std::uint64_t last = 0;
  for (auto& [frame, slot_time] : capturer.frames({.fps = rate, .format = PixelFormat::gray})) {
    if (n == 0) t0 = slot_time;
    REQUIRE(slot_time == t0 + slot_offset(rate, n));
    REQUIRE(frame.image->format() == PixelFormat::gray);
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
  CHECK(last == 2);
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

TEST_CASE("textures are refused where the system shares none") {
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
          if (frame.image->size() != Size{64, 48} || capturer.width() != 64) right = false;
        }
      });
    while (frames < 20) std::this_thread::yield();
    capturer.stop();
    readers.clear();
    CHECK(right);
  }
  CHECK(screen->open_sources() == 0);
}
