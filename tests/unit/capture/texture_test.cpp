#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include "capture/screen_reader.h"
#include "capture/slot_capture.h"
#include "capture/slot_picker.h"
#include "capture/slot_stream.h"
#include "pacing/slot_schedule.h"
#include "platform/worker.h"
#include "support/fake_desktop.h"
#include "support/fake_texture.h"
#include "support/simulated_clock.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

constexpr Size size{64, 48};

std::uint32_t pixel(const Frame& frame, Point at) {
  const ConstImageView view = pixels_of(*frame.picture);
  std::uint32_t bgra = 0;
  std::memcpy(&bgra, view.row(at.y) + std::ptrdiff_t{4} * at.x, 4);
  return bgra & 0xFFFFFFU;
}

/// A screen of 30 Hz whose picture n has n in its corner, and at the right a column for each
/// picture that there was: whoever forgets a debt lacks a column.
struct Bench {
  SimulatedClock clock;
  FakeDesktop desktop;
  std::shared_ptr<FakeScreen> screen = desktop.add("DP-1", Rect::of(size));
  std::stop_source end;
  std::optional<Worker> show;

  Bench() {
    screen->use(clock);
    screen->set_textures(1);
    show.emplace(clock, [this] {
      const TimePoint begun = clock.now();
      for (int n = 1; clock.sleep_until(begun + from_s(n / 30.0), end.get_token()); ++n) {
        screen->fill(Rect{0, 0, 4, 4}, static_cast<std::uint32_t>(n));
        screen->fill(column(n), static_cast<std::uint32_t>(n));
        screen->present();
      }
    });
  }
  ~Bench() { end.request_stop(); }

  static Rect column(int n) { return {10 + n % 50, 10, 11 + n % 50, 48}; }

  SourceRecipe recipe(bool textures) {
    SourceRecipe recipe;
    recipe.session = session_of(*screen);
    recipe.textures = textures;
    recipe.cursor = false;
    return recipe;
  }
};

}  // namespace

TEST_CASE("slots pass textures as they pass memory, each with its debt repaid") {
  for (const bool textures : {true, false}) {
    CAPTURE(textures);
    Bench bench;
    SlotStream stream(bench.recipe(textures), Rational{60, 1}, SlotStream::Latest::every_slot,
                      std::chrono::seconds(5), bench.clock);
    std::vector<SlotStream::Slot> held;
    std::int64_t repeated = 0;
    for (std::int64_t n = 0; n < 120; ++n) {
      const auto slot = stream.slot(n);
      REQUIRE(slot);
      REQUIRE((slot->frame.picture->texture() != nullptr) == textures);
      const int newest = static_cast<int>(pixel(slot->frame, {0, 0}));
      for (int k = std::max(1, newest - 49); k <= newest; ++k)
        REQUIRE(pixel(slot->frame, {Bench::column(k).left, 20}) == static_cast<std::uint32_t>(k));
      if (!held.empty()) {
        const int before = static_cast<int>(pixel(held.back().frame, {0, 0}));
        REQUIRE(newest - before >= 0);
        REQUIRE(newest - before <= 1);
        repeated += newest == before ? 1 : 0;
      }
      held.push_back(*slot);
      if (held.size() > 3) held.erase(held.begin());
    }
    CHECK(repeated >= 58);
    CHECK(repeated <= 61);
    stream.stop();
  }
}

TEST_CASE("once nobody takes textures, pictures come whole in memory") {
  Bench bench;
  SlotSchedule schedule({60, 1}, bench.clock);
  FrameMailbox mailbox;
  SlotCaptureOptions options;
  options.source = bench.recipe(true);
  options.source.reserve = true;
  options.timeout = std::chrono::seconds(1);
  SlotCapture capture(options, schedule, mailbox, bench.clock);
  SlotPicker picker(schedule, mailbox, bench.clock, SlotPicker::Late::its_own);
  std::stop_source stop;
  Worker captured(bench.clock, [&] {
    capture.open();
    capture.run(stop.get_token());
  });
  const auto opened = capture.wait_opened(bench.clock.now() + std::chrono::seconds(5));
  REQUIRE(opened);
  CHECK(opened->textures == FakeTexture(size).home());
  CHECK(opened->texture_refusal.empty());
  capture.begin();
  REQUIRE(schedule.wait_started({}));
  bool in_memory = false;
  for (std::int64_t n = 0; n < 60; ++n) {
    if (n == 20) capture.refuse_textures();
    const auto slot = picker.pick(n, {});
    REQUIRE(slot);
    picker.accept();
    // What is on its way already may still be a texture.
    in_memory = in_memory || slot->frame.picture->texture() == nullptr;
    CHECK((slot->frame.picture->texture() == nullptr) == in_memory);
    CHECK((n >= 20 || !in_memory));
    const int newest = static_cast<int>(pixel(slot->frame, {0, 0}));
    for (int k = std::max(1, newest - 49); k <= newest; ++k)
      REQUIRE(pixel(slot->frame, {Bench::column(k).left, 20}) == static_cast<std::uint32_t>(k));
  }
  CHECK(in_memory);
  stop.request_stop();
  captured.get();
}

TEST_CASE("a source that has no textures says why") {
  Bench bench;
  bench.screen->set_textures(0);
  ScreenReader reader(bench.recipe(true), bench.clock);
  CHECK(reader.texture_refusal() == "the system shares no textures");
}

TEST_CASE("whoever does not ask for textures gets memory") {
  Bench bench;
  SlotStream stream(bench.recipe(false), Rational{60, 1}, SlotStream::Latest::every_slot,
                    std::chrono::seconds(5), bench.clock);
  const auto slot = stream.slot(0);
  REQUIRE(slot);
  CHECK(slot->frame.view().size == size);
  stream.stop();
}

TEST_CASE("a texture has no memory to look at") {
  const Picture texture(std::make_unique<FakeTexture>(size));
  CHECK(texture.size() == size);
  CHECK_THROWS_AS(texture.view(), std::logic_error);
  const Picture memory = Image(PixelFormat::bgra, size);
  CHECK(memory.texture() == nullptr);
  CHECK(memory.view().size == size);
}
