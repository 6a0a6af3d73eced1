#include "record/segments.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

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

}  // namespace

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
