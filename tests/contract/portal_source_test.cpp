// What the portal's back end tells beyond what every one has to.
#include <doctest/doctest.h>

#include <chrono>

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

}  // namespace rustcam::test
