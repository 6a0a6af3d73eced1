// What the portal's back end tells beyond what every one has to.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "portal_desktop.h"

namespace rustcam::test {

TEST_CASE("what stayed as it was is not told to be dirty, whether the desktop tells that or not") {
  PortalDesktop desktop(RUSTCAM_TEST_PORTAL, {"--size", "1280x720", "--still"});
  const auto source = desktop.open();
  const Rect all = Rect::of(Size{1280, 720});
  for (int step = 0; step < 20; ++step) {
    if (step > 0) desktop.order("step");
    REQUIRE(source->acquire(now() + std::chrono::seconds(30), {}) == AcquireStatus::updated);
    const UpdateLease lease(*source);
    REQUIRE(lease->dirty != nullptr);
    if (step == 0) {
      CHECK(*lease->dirty == Region(all));
      continue;
    }
    CHECK_FALSE(lease->dirty->empty());
    CHECK(lease->dirty->area() < all.area() / 2);
  }
}

TEST_CASE("a picture is of when it came, however late it is taken, whatever its clock says") {
  PortalDesktop desktop(RUSTCAM_TEST_PORTAL, {"--size", "320x240", "--still"});
  const auto source = desktop.open();
  REQUIRE(source->acquire(now() + std::chrono::seconds(30), {}) == AcquireStatus::updated);
  source->release();
  desktop.order("step");
  const TimePoint sent = now();
  std::this_thread::sleep_for(std::chrono::seconds(3));
  REQUIRE(source->acquire(now() + std::chrono::seconds(30), {}) == AcquireStatus::updated);
  const UpdateLease lease(*source);
  CHECK(lease->presented_known);
  CHECK(lease->presented < sent + std::chrono::seconds(2));
}

}  // namespace rustcam::test
