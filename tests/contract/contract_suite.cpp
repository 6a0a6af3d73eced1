// What every FrameSource promises (capture/frame_source.h), held against whatever bed is linked in.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <future>
#include <memory>
#include <thread>

#include "base/error.h"
#include "image/picture.h"
#include "stage.h"

namespace rustcam::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TimePoint soon() {
  return now() + seconds(20);
}

std::unique_ptr<Stage> stage_or_skip(Scene scene) {
  auto stage = open_stage(scene);
  const bool declared = std::ranges::count(limits().cannot_show, scene) != 0;
  REQUIRE((stage == nullptr) == declared);
  if (!stage) MESSAGE("this bed cannot show it");
  return stage;
}

void read(FrameSource& source, const Region& region, Picture& into) {
  source.read(region, into, {});
}

Picture whole(FrameSource& source) {
  Picture picture = Image(PixelFormat::bgra, source.target().size());
  read(source, Region(Rect::of(picture.size())), picture);
  return picture;
}

bool same(const Picture& a, const Picture& b, const Rect& part) {
  for (std::int32_t y = part.top; y < part.bottom; ++y)
    if (std::memcmp(a.view().row(y) + std::ptrdiff_t{part.left} * 4,
                    b.view().row(y) + std::ptrdiff_t{part.left} * 4,
                    static_cast<std::size_t>(part.width()) * 4) != 0)
      return false;
  return true;
}

Region dirty_of(const FrameSource& source) {
  const Rect all = Rect::of(source.target().size());
  return source.update().dirty ? *source.update().dirty : Region(all);
}

/// Stirs and acquires until `wanted` comes; updates in between are let go.
AcquireStatus until(Stage& stage, AcquireStatus wanted) {
  const TimePoint end = soon();
  stage.stir();
  while (now() < end) {
    const AcquireStatus status = stage.source().acquire(now() + milliseconds(200), {});
    stage.source().release();
    if (status == wanted) return status;
    if (status == AcquireStatus::access_lost) return status;
  }
  return AcquireStatus::timed_out;
}

}  // namespace

TEST_CASE("the first update comes at once and covers everything") {
  const auto stage = stage_or_skip(Scene::moving);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(soon(), {}) == AcquireStatus::updated);
  CHECK(dirty_of(source).contains(Rect::of(source.target().size())));
  CHECK(source.update().accumulated_frames >= 1);
  CHECK(source.update().presented <= now());
  source.release();
  source.release();
}

TEST_CASE("what changed lies inside what is told to be dirty") {
  const auto stage = stage_or_skip(Scene::moving);
  if (!stage) return;
  FrameSource& source = stage->source();
  Picture followed;
  for (int step = 0; step < 30; ++step) {
    stage->stir();
    REQUIRE(source.acquire(soon(), {}) == AcquireStatus::updated);
    const UpdateLease lease(source);
    if (step == 0) followed = Image(PixelFormat::bgra, source.target().size());
    read(source, dirty_of(source), followed);
    const Picture truth = whole(source);
    REQUIRE(same(followed, truth, Rect::of(truth.size())));
  }
}

TEST_CASE("any part can be read, with and without a lease, and is opaque") {
  const auto stage = stage_or_skip(Scene::moving);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(soon(), {}) == AcquireStatus::updated);
  const Picture truth = whole(source);
  source.release();
  const Size size = truth.size();
  const Rect part{size.width / 3, size.height / 4, size.width / 3 + 7, size.height / 4 + 5};
  Picture again = Image(PixelFormat::bgra, size);
  read(source, Region(part), again);
  CHECK(same(truth, again, part));

  Picture corner = Image(PixelFormat::bgra, part.size());
  source.read(Region(part), corner, {part.left, part.top});
  for (std::int32_t y = 0; y < corner.size().height; ++y) {
    CHECK(std::memcmp(corner.view().row(y),
                      truth.view().row(part.top + y) + std::ptrdiff_t{part.left} * 4,
                      static_cast<std::size_t>(part.width()) * 4) == 0);
    for (std::int32_t x = 0; x < corner.size().width; ++x)
      CHECK(corner.view().row(y)[std::ptrdiff_t{x} * 4 + 3] == 255);
  }
}

TEST_CASE("a picture that the source has made is read into as any other, and outlives it") {
  auto stage = stage_or_skip(Scene::moving);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(soon(), {}) == AcquireStatus::updated);
  const Size size = source.target().size();
  const Rect all = Rect::of(size);
  const Rect part{size.width / 4, size.height / 4, size.width / 4 * 3, size.height / 4 * 3 + 1};
  const Picture truth = whole(source);
  Picture picture = source.make_picture(size);
  Picture inner = source.make_picture(part.size());
  Picture foreign = Image(PixelFormat::bgra, size);
  CHECK(source.read(all, foreign, {}).bytes_copied == all.area() * 4);
  CHECK(same(foreign, truth, all));
  const std::int64_t copied = source.read(all, picture, {}).bytes_copied;
  CHECK(copied == (limits().reads_nothing_in_place ? all.area() * 4 : 0));
  CHECK(same(picture, truth, all));
  source.read(Rect{0, 0, 10, size.height}, picture, {});
  CHECK(same(picture, truth, all));
  source.read(part, inner, {part.left, part.top});
  for (std::int32_t y = 0; y < part.height(); ++y)
    REQUIRE(std::memcmp(inner.view().row(y),
                        truth.view().row(part.top + y) + std::ptrdiff_t{part.left} * 4,
                        static_cast<std::size_t>(part.width()) * 4) == 0);
  source.release();
  stage.reset();
  CHECK(same(picture, truth, all));
}

TEST_CASE("a motionless black screen is delivered at once, and then nothing is") {
  const auto stage = stage_or_skip(Scene::still_black);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(now() + seconds(5), {}) == AcquireStatus::updated);
  {
    const UpdateLease lease(source);
    const Picture picture = whole(source);
    const std::uint8_t black[4] = {0, 0, 0, 255};
    CHECK(std::memcmp(picture.view().row(picture.size().height / 2), black, 4) == 0);
  }
  // A pointer may still have something to tell; a desktop frame must not come.
  for (int i = 0; i < 3; ++i) {
    const TimePoint deadline = now() + milliseconds(100);
    const AcquireStatus status = source.acquire(deadline, {});
    if (status == AcquireStatus::timed_out) {
      CHECK(now() >= deadline);
    } else {
      REQUIRE(status == AcquireStatus::updated);
      CHECK(source.update().accumulated_frames == 0);
    }
    source.release();
  }
}

TEST_CASE("a deadline that has passed polls") {
  const auto stage = stage_or_skip(Scene::still_black);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(now() + seconds(5), {}) == AcquireStatus::updated);
  source.release();
  const TimePoint before = now();
  for (int i = 0; i < 5; ++i) {
    (void)source.acquire(TimePoint{}, {});
    source.release();
  }
  CHECK(now() - before < seconds(2));
}

TEST_CASE("the pointer's corner may lie off the screen") {
  const auto stage = stage_or_skip(Scene::negative_pointer);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(soon(), {}) == AcquireStatus::updated);
  source.release();
  stage->stir();
  const TimePoint end = soon();
  while (!source.pointer().drawable() && now() < end) {
    (void)source.acquire(now() + milliseconds(50), {});
    source.release();
  }
  const Pointer& pointer = source.pointer();
  REQUIRE(pointer.drawable());
  CHECK((pointer.top_left.x < 0 || pointer.top_left.y < 0));
  CHECK(pointer.shape->size.width > 0);
}

TEST_CASE("a change of size is told, and everything is dirty after it") {
  const auto stage = stage_or_skip(Scene::resizes);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(soon(), {}) == AcquireStatus::updated);
  source.release();
  const Size before = source.target().size();
  const AcquireStatus status = until(*stage, AcquireStatus::resized);
  if (limits().reopens_in_a_new_size) {
    CHECK(status == AcquireStatus::access_lost);
    return;
  }
  REQUIRE(status == AcquireStatus::resized);
  CHECK(source.target().size() != before);
  REQUIRE(source.acquire(soon(), {}) == AcquireStatus::updated);
  CHECK(dirty_of(source).contains(Rect::of(source.target().size())));
  source.release();
}

TEST_CASE("an output that goes is access_lost, with the reason") {
  const auto stage = stage_or_skip(Scene::lost);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(soon(), {}) == AcquireStatus::updated);
  source.release();
  REQUIRE(until(*stage, AcquireStatus::access_lost) == AcquireStatus::access_lost);
  CHECK_FALSE(source.last_loss().text.empty());
}

TEST_CASE("a display that closes is a DeviceError") {
  const auto stage = stage_or_skip(Scene::closed);
  if (!stage) return;
  REQUIRE(stage->source().acquire(soon(), {}) == AcquireStatus::updated);
  stage->source().release();
  CHECK_THROWS_AS(until(*stage, AcquireStatus::cancelled), DeviceError);
}

TEST_CASE("a stop request wakes acquire") {
  const auto stage = stage_or_skip(Scene::still_black);
  if (!stage) return;
  FrameSource& source = stage->source();
  REQUIRE(source.acquire(now() + seconds(5), {}) == AcquireStatus::updated);
  source.release();
  std::stop_source stop;
  std::jthread asker([&] {
    std::this_thread::sleep_for(milliseconds(100));
    stop.request_stop();
  });
  const TimePoint end = soon();
  AcquireStatus status = AcquireStatus::timed_out;
  while (status != AcquireStatus::cancelled && now() < end) {
    status = source.acquire(now() + seconds(20), stop.get_token());
    source.release();
  }
  CHECK(status == AcquireStatus::cancelled);
  CHECK(now() < end - seconds(15));
}

}  // namespace rustcam::test
