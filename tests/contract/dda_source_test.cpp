// The dda back end on a desktop that shows the scene `mover`, whatever its rotation, format or
// metadata: what is read must be what the scene drew.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <stop_token>

#include "capture/backend.h"
#include "capture/gpu_source.h"
#include "image/picture.h"
#include "platform/process_setup.h"
#include "platform/qpc_clock_win32.h"
#include "stimulus/barcode.h"
#include "stimulus/scene.h"

// clang-format off
#include <windows.h>
// clang-format on

using namespace rustcam;
using namespace std::chrono_literals;

namespace rustcam {
const Backend& dda_backend() noexcept;
}

namespace {

std::unique_ptr<FrameSource> open_first() {
  const ProcessSetup setup;
  TargetRequest request;
  request.output = "0";
  return dda_backend().choose(request)->open({});
}

void next_update(FrameSource& source) {
  REQUIRE(source.acquire(now() + 5s, {}) == AcquireStatus::updated);
}

void next_desktop_update(FrameSource& source) {
  do next_update(source);
  while (source.update().accumulated_frames == 0);
}

void read(FrameSource& source, const Region& region, Picture& into) {
  source.read(region, into, {});
}

int largest_difference(const ConstImageView& a, const ConstImageView& b) {
  int largest = 0;
  for (std::int32_t y = 0; y < a.height(); ++y)
    for (std::int32_t x = 0; x < a.width() * 4; ++x)
      largest = std::max(largest, std::abs(a.row(y)[x] - b.row(y)[x]));
  return largest;
}

/// An HDR desktop comes back within the rounding of half floats.
int tolerance(const FrameSource& source) {
  return source.target().hdr.value_or(false) ? 2 : 0;
}

}  // namespace

TEST_CASE("the performance counter is told in our clock's time") {
  const win32::QpcClock clock;
  for (int i = 0; i < 20; ++i) {
    const TimePoint before = now();
    LARGE_INTEGER ticks{};
    ::QueryPerformanceCounter(&ticks);
    const TimePoint at = clock.at(ticks.QuadPart);
    CHECK(at >= before - 1ms);
    CHECK(at <= now() + 1ms);
  }
}

TEST_CASE("the first update is everything, and is what the scene drew") {
  const auto source = open_first();
  next_desktop_update(*source);
  const Size size = source->target().size();
  const DesktopUpdate& update = source->update();
  CHECK((update.dirty == nullptr || *update.dirty == Region(Rect::of(size))));
  CHECK(update.presented <= now());
  CHECK(update.presented > now() - 10s);
  Picture picture = Image(PixelFormat::bgra, size);
  read(*source, Rect::of(size), picture);
  const auto number = read_barcode(as_const(picture.view()));
  REQUIRE(number.has_value());
  Picture expected = Image(PixelFormat::bgra, size);
  make_scene("mover", size)->draw(*number, Rect::of(size), expected.view());
  CHECK(largest_difference(as_const(picture.view()), as_const(expected.view())) <=
        tolerance(*source));
}

TEST_CASE("reading what is told to have changed keeps a picture current") {
  const auto source = open_first();
  const Size size = source->target().size();
  Picture kept = Image(PixelFormat::bgra, size);
  Picture whole = Image(PixelFormat::bgra, size);
  std::int64_t last = -1;
  TimePoint presented{};
  for (int i = 0; i < 40; ++i) {
    next_desktop_update(*source);
    const UpdateLease lease(*source);
    CHECK(lease->presented >= presented);
    presented = lease->presented;
    read(*source, lease->dirty == nullptr ? Region(Rect::of(size)) : *lease->dirty, kept);
    if (i % 8 == 0) {
      read(*source, Rect::of(size), whole);
      CHECK(largest_difference(as_const(kept.view()), as_const(whole.view())) == 0);
    }
    const auto number = read_barcode(as_const(kept.view()));
    REQUIRE(number.has_value());
    CHECK(*number > last);
    last = *number;
  }
}

TEST_CASE("a stop request ends the wait") {
  const auto source = open_first();
  next_update(*source);
  source->release();
  std::stop_source stop;
  stop.request_stop();
  CHECK(source->acquire(now() + 60s, stop.get_token()) == AcquireStatus::cancelled);
}

TEST_CASE("if textures are shared, one that is held is not handed out again") {
  const auto source = open_first();
  next_desktop_update(*source);
  GpuSource* const gpu = source->gpu();
  if (gpu == nullptr) return;  // as in Wine
  const auto first = gpu->share();
  const auto second = gpu->share();
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(first->shared_handle != second->shared_handle);
  CHECK(first->size == source->target().size());
  CHECK(first->adapter_luid == second->adapter_luid);
}

TEST_CASE("opening again and again leaves nothing behind") {
  for (int i = 0; i < 5; ++i) {
    const auto source = open_first();
    next_update(*source);
  }
}
