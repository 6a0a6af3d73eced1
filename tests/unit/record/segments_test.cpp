#include "record/segments.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "fake_sink.h"
#include "image/image.h"
#include "media/container.h"

using namespace rustcam;
using namespace rustcam::test;

namespace {

class NoSound final : public SoundFeed {
 public:
  SoundTime available() override { return 0; }
  void read(SoundTime, std::span<float>) override {}
  void hurry() noexcept override {}
};

Frame frame_of(Size size) {
  Frame frame;
  frame.picture = std::make_shared<Picture>(Image(PixelFormat::bgra, size));
  return frame;
}

constexpr Size usual{64, 48};

OutputPlan some_plan() {
  OutputPlan plan;
  plan.request.path = "/nowhere/out.mp4";
  plan.container = container_by_name("mp4");
  plan.fps = {60, 1};
  plan.encoders = {"h264_nvenc"};
  return plan;
}

HeldPicture held(std::int64_t slot) {
  return {slot, nullptr};
}

/// A hardware encoder that fails with its `count`th picture, and a file that ends as `left` says.
FakeSinks dying(std::int64_t count, Handover left) {
  FakeSinks sinks;
  sinks.options.hardware = true;
  sinks.options.before_write = [count](std::int64_t n) {
    if (n == count) throw MediaError("the device was removed");
  };
  sinks.options.hand_over = [left = std::move(left)](std::int64_t) { return left; };
  sinks.later = FakeSinkOptions{};
  return sinks;
}

void write_slots(Segments& segments, std::int64_t from, std::int64_t to, Size size = usual) {
  for (std::int64_t slot = from; slot < to; ++slot)
    segments.write(frame_of(size), Rect::of(size), slot);
}

std::vector<std::int64_t> slots_of(const SinkLog& log) {
  std::vector<std::int64_t> slots;
  for (const Written& w : log.writes) slots.push_back(w.slot);
  return slots;
}

}  // namespace

TEST_CASE("as soon as a file takes no textures, whoever makes them is told") {
  struct Home final : TextureHome {};
  const auto home = std::make_shared<Home>();
  for (const bool taken : {false, true}) {
    CAPTURE(taken);
    FakeSinks sinks = dying(5, {5, {}, 0});
    sinks.options.takes_textures = taken;
    Segments segments(some_plan(), false, std::nullopt, sinks.factory());
    int told = 0;
    segments.set_textures(home, "", [&] { ++told; });
    segments.open(usual);
    CHECK(told == (taken ? 0 : 1));
    CHECK(segments.encoder().input == (taken ? "texture" : "memory"));
    // x264 goes on from memory.
    write_slots(segments, 0, 8);
    CHECK(segments.encoder().input == "memory");
    CHECK(told == 1);
  }
}

TEST_CASE("why there are no textures is told once, and only if the encoder opened without") {
  FakeSinks sinks;
  Segments segments(some_plan(), false, std::nullopt, sinks.factory());
  segments.set_textures(nullptr, "the desktop is HDR", [] { FAIL("nobody makes textures"); });
  segments.open(usual);
  REQUIRE(segments.encoder().tried.size() == 1);
  CHECK(segments.encoder().tried[0].name == "h264_nvenc");
  CHECK(segments.encoder().tried[0].error == "from textures: the desktop is HDR");
}

TEST_CASE("each file's sound begins where the file does") {
  OutputPlan plan;
  plan.request.path = "/nowhere/out.mp4";
  plan.container = container_by_name("mp4");
  plan.fps = {60, 1};
  FakeSinks sinks;
  NoSound one;
  NoSound two;
  Segments segments(plan, true, std::nullopt, sinks.factory());
  segments.set_sound({&one, &two});
  segments.open({64, 48});
  for (std::int64_t slot = 0; slot < 7; ++slot)
    segments.write(frame_of({64, 48}), Rect::of({64, 48}), slot);
  segments.idle(9);
  CHECK(sinks.logs[0]->idle_slots == std::vector<std::int64_t>{9});
  segments.write(frame_of({32, 48}), Rect::of({32, 48}), 10);
  segments.idle(12);
  segments.finish(25);

  REQUIRE(sinks.logs.size() == 2);
  CHECK(sinks.logs[1]->idle_slots == std::vector<std::int64_t>{2});
  for (const std::size_t file : {std::size_t{0}, std::size_t{1}}) {
    const auto& sounds = sinks.logs[file]->sounds;
    REQUIRE(sounds.size() == 2);
    CHECK(sounds[0].feed == &one);
    CHECK(sounds[1].feed == &two);
    for (const SoundInput& sound : sounds) CHECK(sound.first_slot == (file == 0 ? 0 : 10));
  }
  const auto audio = segments.audio();
  REQUIRE(audio.size() == 2);
  CHECK(audio[1].codec == "aac");
  CHECK(audio[1].samples == 25 * 800);
}

TEST_CASE("x264 begins with the pictures that a failing encoder held") {
  FakeSinks sinks = dying(10, {7, {held(7), held(8), held(9)}, 0});
  NoSound sound;
  Segments segments(some_plan(), false, std::nullopt, sinks.factory());
  segments.set_sound({&sound});
  segments.open(usual);
  write_slots(segments, 0, 12);
  segments.finish(12);
  REQUIRE(sinks.logs.size() == 2);
  CHECK(sinks.logs[0]->finished == 7);
  CHECK(sinks.logs[1]->encoder == "libx264");
  CHECK(sinks.logs[1]->resumed == std::vector<std::int64_t>{0, 1, 2});
  CHECK(slots_of(*sinks.logs[1]) == std::vector<std::int64_t>{3, 4});
  CHECK(sinks.logs[1]->writes[0].damage == Region(Rect::of(usual)));
  CHECK(sinks.logs[1]->sounds.at(0).first_slot == 7);
  CHECK(sinks.logs[1]->finished == 5);
  CHECK(segments.encoder().lost_in_flight == 0);
  CHECK(segments.encoder().tried.at(0).error == "the device was removed");
  const auto kept = segments.kept();
  REQUIRE(kept.size() == 2);
  CHECK(kept[1].first_slot == 7);
  CHECK(kept[0].kept.samples + kept[1].kept.samples == 12);
}

TEST_CASE("pictures that nobody holds are counted, and told") {
  FakeSinks sinks = dying(10, {8, {held(8), held(9)}, 3});
  Segments segments(some_plan(), false, std::nullopt, sinks.factory());
  segments.open(usual);
  write_slots(segments, 0, 12);
  segments.finish(12);
  CHECK(segments.encoder().lost_in_flight == 3);
  const auto warnings = segments.take_warnings();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].text.find("3 pictures were lost") != std::string::npos);
  CHECK(segments.kept()[0].kept.samples == 5);
  CHECK(segments.kept()[0].kept.slots == 8);
}

TEST_CASE("a file without a picture gives its name to the next one, and its time") {
  FakeSinks sinks = dying(3, {0, {}, 3});
  sinks.options.gone = true;
  Segments segments(some_plan(), false, std::nullopt, sinks.factory());
  segments.open(usual);
  write_slots(segments, 0, 6);
  segments.finish(6);
  REQUIRE(sinks.logs.size() == 2);
  CHECK(sinks.logs[1]->path == "/nowhere/out.mp4");
  CHECK(slots_of(*sinks.logs[1]) == std::vector<std::int64_t>{0, 3, 4, 5});
  CHECK(segments.encoder().lost_in_flight == 3);
  REQUIRE(segments.files().size() == 1);
  CHECK(segments.files()[0].slots == 6);
}

TEST_CASE("an encoder that fails at the end leaves the last pictures to x264") {
  FakeSinks sinks = dying(100, {7, {held(7), held(8)}, 0});
  sinks.options.before_finish = [] { throw MediaError("the device was removed"); };
  Segments segments(some_plan(), false, std::nullopt, sinks.factory());
  segments.open(usual);
  write_slots(segments, 0, 9);
  CHECK_NOTHROW(segments.finish(9));
  REQUIRE(sinks.logs.size() == 2);
  CHECK(sinks.logs[1]->resumed == std::vector<std::int64_t>{0, 1});
  CHECK(sinks.logs[1]->finished == 2);
}

TEST_CASE("an encoder that fails at the end with nothing left costs nothing") {
  FakeSinks sinks = dying(100, {9, {}, 0});
  sinks.options.before_finish = [] { throw MediaError("the device was removed"); };
  Segments segments(some_plan(), false, std::nullopt, sinks.factory());
  segments.open(usual);
  write_slots(segments, 0, 9);
  CHECK_NOTHROW(segments.finish(9));
  CHECK(sinks.logs.size() == 1);
  CHECK(segments.encoder().tried.size() == 1);
  CHECK(segments.take_warnings().size() == 1);
}

TEST_CASE("an encoder that fails as the size changes leaves its pictures in their size") {
  FakeSinks sinks = dying(100, {5, {held(5)}, 0});
  sinks.options.before_finish = [] { throw MediaError("the device was removed"); };
  Segments segments(some_plan(), true, std::nullopt, sinks.factory());
  segments.open(usual);
  write_slots(segments, 0, 6);
  write_slots(segments, 6, 9, {32, 24});
  segments.finish(9);
  REQUIRE(sinks.logs.size() == 3);
  CHECK(sinks.logs[1]->captured == usual);
  CHECK(sinks.logs[1]->resumed == std::vector<std::int64_t>{0});
  CHECK(sinks.logs[1]->finished == 1);
  CHECK(sinks.logs[2]->captured == Size{32, 24});
  CHECK(slots_of(*sinks.logs[2]) == std::vector<std::int64_t>{0, 1, 2});
}

TEST_CASE("the size that was recorded first stays when x264 goes on") {
  FakeSinks sinks = dying(4, {4, {}, 0});
  Segments segments(some_plan(), false, std::nullopt, sinks.factory());
  segments.open(usual);
  write_slots(segments, 0, 3);
  write_slots(segments, 3, 6, {32, 24});
  segments.finish(6);
  REQUIRE(sinks.logs.size() == 2);
  CHECK(sinks.logs[1]->captured == usual);
}

TEST_CASE("a failure that is not the encoder's ends the recording") {
  FakeSinks sinks = dying(4, {});
  sinks.options.hand_over = nullptr;
  Segments segments(some_plan(), false, std::nullopt, sinks.factory());
  segments.open(usual);
  CHECK_THROWS_AS(write_slots(segments, 0, 6), MediaError);
  CHECK(sinks.logs.size() == 1);
}
