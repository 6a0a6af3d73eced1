// The Wayland back end and a compositor that does everything wrong that ours can. Whatever it does,
// a source throws nothing but what it says, reads nothing outside its buffers (seen under
// AddressSanitizer), and shows the screen again once the compositor is well.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "image/image.h"
#include "wayland_desktop.h"

namespace rustcam::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const char* const output = "TEST-1";
constexpr Size size{160, 120};

OutputSettings settings() {
  OutputSettings settings;
  settings.mode = size;
  settings.refresh = 250000;
  return settings;
}

/// Every pixel differs from its neighbours, and with `seed`.
Image pattern(Size of, std::uint32_t seed) {
  Image image(PixelFormat::bgra, of);
  for (std::int32_t y = 0; y < of.height; ++y)
    for (std::int32_t x = 0; x < of.width; ++x) {
      const std::uint32_t pixel =
          0xFF000000 | static_cast<std::uint32_t>(y * of.width + x + 1) * (seed * 2 + 0x10F1);
      std::memcpy(image.view().row(y) + std::ptrdiff_t{x} * 4, &pixel, 4);
    }
  return image;
}

bool same(const Picture& a, const Image& b) {
  if (a.size() != b.size()) return false;
  for (std::int32_t y = 0; y < b.size().height; ++y)
    if (std::memcmp(a.view().row(y), b.view().row(y), static_cast<std::size_t>(b.size().width) * 4))
      return false;
  return true;
}

Picture whole(FrameSource& source) {
  Picture picture = Image(PixelFormat::bgra, source.target().size());
  source.read(Region(Rect::of(picture.size())), picture, {});
  return picture;
}

SourceOptions options() {
  SourceOptions options;
  options.patience.limit = seconds(10);
  return options;
}

/// What a source told of its updates must make sense, whatever it was told itself.
void check_update(FrameSource& source) {
  const DesktopUpdate& update = source.update();
  CHECK(update.presented <= now() + seconds(1));
  CHECK(update.presented >= now() - seconds(30));
  if (update.dirty != nullptr)
    CHECK(Rect::of(source.target().size()).contains(update.dirty->bounds()));
  (void)whole(source);
  (void)source.pointer();
}

bool has_happened(WaylandDesktop& desktop, Fault fault) {
  return desktop.compositor().report().faults.contains(std::string(name(fault)));
}

/// Uses a source for a while, and until the fault has happened, as a recording would; what it
/// throws must be of the family that it says.
void use(WaylandDesktop& desktop, Fault fault, Duration time) {
  const TimePoint end = now() + time;
  const TimePoint latest = end + seconds(20);
  try {
    const auto source = desktop.open(options());
    for (std::uint32_t n = 0; now() < end || (!has_happened(desktop, fault) && now() < latest);
         ++n) {
      desktop.compositor().paint(output, {10, 20, 40, 35}, n * 0x30201);
      desktop.compositor().move_pointer(output, {static_cast<std::int32_t>(n % 100), 5});
      const AcquireStatus status = source->acquire(now() + milliseconds(30), {});
      if (status == AcquireStatus::updated) check_update(*source);
      source->release();
      if (status == AcquireStatus::access_lost) {
        CHECK_FALSE(source->last_loss().text.empty());
        return;
      }
    }
  } catch (const CaptureError& e) {
    CHECK(std::strlen(e.what()) > 0);
  }
}

/// Whether the source shows `truth` before `end`. False, too, if it is lost.
bool shows(FrameSource& source, const Image& truth, TimePoint end) {
  while (now() < end) {
    const AcquireStatus status = source.acquire(now() + milliseconds(50), {});
    if (status == AcquireStatus::updated && same(whole(source), truth)) return true;
    source.release();
    if (status == AcquireStatus::access_lost) return false;
  }
  return false;
}

/// A new source shows the screen as it is.
void check_well(WaylandDesktop& desktop) {
  desktop.compositor().hide_pointer();  // wlr-screencopy draws it into the pictures
  const auto source = desktop.open(options());
  const Image truth = pattern(source->target().size(), 7);
  desktop.compositor().paint(output, Point{}, truth.view());
  CHECK(shows(*source, truth, now() + seconds(20)));
}

constexpr Offer by_wlr{.wlr = true, .ext = false};
constexpr Offer by_ext{.wlr = false, .ext = true};

struct Case {
  Fault fault;
  Offer offered;
};

}  // namespace

TEST_CASE("no fault of a compositor does harm, and what comes after it is right") {
  for (const Offer offered : {by_wlr, by_ext})
    for (const FaultName& each : fault_names()) {
      if (each.name.starts_with(offered.ext ? "wlr_" : "ext_")) continue;
      CAPTURE(each.name);
      CAPTURE(offered.ext);
      WaylandDesktop desktop(offered, settings());
      desktop.compositor().set_pointer_image({.size = {8, 8},
                                              .pixels = std::vector<std::uint32_t>(64, 0xFF00FF00),
                                              .hot_spot = {1, 1}});
      desktop.compositor().arm(each.fault);
      use(desktop, each.fault, each.fault == Fault::slow ? milliseconds(700) : milliseconds(60));
      CHECK(has_happened(desktop, each.fault));
      desktop.compositor().arm(each.fault, 0);
      check_well(desktop);
      CHECK(desktop.complaints() == "");
    }
}

TEST_CASE("a source outlives what happens once") {
  // Faults that a capture may meet on a good day: a change of mode, a compositor that was busy.
  for (const Case& each :
       {Case{Fault::wlr_refused, by_wlr}, Case{Fault::wlr_failed, by_wlr},
        Case{Fault::resize_pending, by_wlr}, Case{Fault::slow, by_wlr},
        Case{Fault::ext_failed_unknown, by_ext}, Case{Fault::ext_failed_constraints, by_ext},
        Case{Fault::ext_constraints_change, by_ext}, Case{Fault::ext_constraints_babble, by_ext},
        Case{Fault::resize_pending, by_ext}, Case{Fault::slow, by_ext}}) {
    CAPTURE(name(each.fault));
    CAPTURE(each.offered.ext);
    WaylandDesktop desktop(each.offered, settings());
    auto source = desktop.open(options());
    REQUIRE(source->acquire(now() + seconds(20), {}) == AcquireStatus::updated);
    source->release();
    desktop.compositor().arm(each.fault, 1);
    desktop.compositor().paint(output, {1, 1, 2, 2}, 0xFFFFFF);
    const TimePoint end = now() + seconds(20);
    while (now() < end &&
           !desktop.compositor().report().faults.contains(std::string(name(each.fault)))) {
      (void)source->acquire(now() + milliseconds(20), {});
      source->release();
      desktop.compositor().paint(output, {1, 1, 2, 2}, 0xFFFFFF);
    }
    (void)source->acquire(now() + milliseconds(20), {});
    source->release();
    const bool grown = each.fault == Fault::resize_pending;
    const Image truth = pattern({size.width + (grown ? 16 : 0), size.height}, 9);
    desktop.compositor().paint(output, Point{}, truth.view());
    if (each.fault == Fault::ext_constraints_change) {
      CHECK(source->acquire(now() + seconds(20), {}) != AcquireStatus::access_lost);
    } else {
      CHECK(shows(*source, truth, now() + seconds(20)));
    }
    source.reset();
    CHECK(desktop.complaints() == "");
  }
}

TEST_CASE("a loss says why") {
  for (const Case& each : {Case{Fault::wlr_refused, by_wlr}, Case{Fault::format_unknown, by_wlr},
                           Case{Fault::size_large, by_wlr}, Case{Fault::format_none, by_ext},
                           Case{Fault::size_enormous, by_ext}, Case{Fault::ext_stopped, by_ext}}) {
    CAPTURE(name(each.fault));
    CAPTURE(each.offered.ext);
    WaylandDesktop desktop(each.offered, settings());
    desktop.compositor().arm(each.fault);
    const auto source = desktop.open(options());
    CHECK(source->acquire(now() + seconds(20), {}) == AcquireStatus::access_lost);
    CHECK_FALSE(source->last_loss().text.empty());
  }
}

TEST_CASE("lies about damage cost pixels of their time only") {
  for (const Offer offered : {by_wlr, by_ext})
    for (const Fault fault : {Fault::damage_lies, Fault::damage_small, Fault::damage_none,
                              Fault::damage_negative, Fault::damage_outside, Fault::damage_empty}) {
      CAPTURE(name(fault));
      CAPTURE(offered.ext);
      WaylandDesktop desktop(offered, settings());
      const auto source = desktop.open(options());
      REQUIRE(source->acquire(now() + seconds(20), {}) == AcquireStatus::updated);
      source->release();
      desktop.compositor().arm(fault);
      for (std::int32_t n = 0; n < 4; ++n) {
        desktop.compositor().paint(output, Rect::of({n * 9, n * 5}, {30, 20}), 0xFFFFFF);
        if (source->acquire(now() + milliseconds(200), {}) == AcquireStatus::updated)
          check_update(*source);
        source->release();
      }
      desktop.compositor().arm(fault, 0);
      const Image truth = pattern(size, 3);
      desktop.compositor().paint(output, Point{}, truth.view());
      CHECK(shows(*source, truth, now() + seconds(20)));
    }
}

}  // namespace rustcam::test
