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

std::unique_ptr<FrameSource> open_first(const SourceOptions& options = {}) {
  const ProcessSetup setup;
  TargetRequest request;
  request.output = "0";
  return dda_backend().choose(request)->open(options);
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

TEST_CASE("a picture on the GPU holds what one in memory holds, whole or in part") {
  SourceOptions options;
  options.textures = true;
  const auto source = open_first(options);
  next_desktop_update(*source);
  const Size size = source->target().size();
  // Odd places, so that a step too far shows.
  for (const Rect& part : {Rect::of(size), Rect{51, 37, 400, 300}}) {
    Picture on_gpu = source->make_picture(part.size());
    CHECK((on_gpu.texture() == nullptr) == source->target().hdr.value_or(false));
    CHECK((on_gpu.texture() == nullptr) == !source->texture_refusal().empty());
    if (on_gpu.texture() == nullptr) continue;
    Picture in_memory = Image(PixelFormat::bgra, part.size());
    Image read_back(PixelFormat::bgra, part.size());
    const Point origin{part.left, part.top};
    Region some = Rect{part.left, part.top, part.left + 20, part.top + 31};
    some.add(Rect{part.left + 100, part.top + 50, part.right, part.bottom});
    for (const Region& region : {Region(part), some}) {
      CHECK(source->read(region, on_gpu, origin).bytes_copied == 0);
      source->read(region, in_memory, origin);
      on_gpu.texture()->read(read_back.view());
      CHECK(largest_difference(as_const(read_back.view()), as_const(in_memory.view())) == 0);
    }
  }
}

TEST_CASE("pictures keep the part that is not read, and share a home") {
  SourceOptions options;
  options.textures = true;
  const auto source = open_first(options);
  next_desktop_update(*source);
  const Size size = source->target().size();
  Picture kept = source->make_picture(size);
  if (kept.texture() == nullptr) return;  // HDR
  CHECK(source->make_picture(size).texture()->home() == kept.texture()->home());
  source->read(Rect::of(size), kept, {});
  Image before(PixelFormat::bgra, size);
  kept.texture()->read(before.view());
  const auto number = read_barcode(as_const(before.view()));
  REQUIRE(number.has_value());
  for (int i = 0; i < 5; ++i) {
    next_desktop_update(*source);
    const UpdateLease lease(*source);
    source->read(lease->dirty == nullptr ? Region(Rect::of(size)) : *lease->dirty, kept, {});
  }
  Image after(PixelFormat::bgra, size);
  Picture whole = Image(PixelFormat::bgra, size);
  kept.texture()->read(after.view());
  read(*source, Rect::of(size), whole);
  CHECK(largest_difference(as_const(after.view()), as_const(whole.view())) == 0);
  CHECK(read_barcode(as_const(after.view())).value_or(-1) > *number);
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
  const auto first = gpu->share(GpuOrder::newest);
  const auto second = gpu->share(GpuOrder::newest);
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
