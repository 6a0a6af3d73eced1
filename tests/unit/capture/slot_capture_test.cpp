#include "capture/slot_capture.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "platform/worker.h"
#include "support/fake_desktop.h"
#include "support/simulated_clock.h"

namespace rustcam::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("when a source looked says nothing of when the screen shows its frames") {
  for (const bool known : {true, false}) {
    CAPTURE(known);
    SimulatedClock clock;
    FakeDesktop desktop;
    const auto screen = desktop.add("DP-1", Rect{0, 0, 64, 48});
    screen->use(clock);
    screen->set_presents_known(known);
    SlotSchedule schedule({60, 1}, clock);
    FrameMailbox mailbox;
    SlotCaptureOptions options;
    options.source.session = session_of(*screen);
    options.timeout = 1s;
    SlotCapture capture(options, schedule, mailbox, clock);
    std::stop_source stop;
    Worker captured(clock, [&] {
      capture.open();
      capture.run(stop.get_token());
    });
    capture.begin();
    for (std::uint32_t n = 0; n < 120; ++n) {
      clock.sleep_until(clock.now() + 16667us);
      screen->fill(Rect{0, 0, 4, 4}, n);
      screen->present();
    }
    CHECK(schedule.screen_period().has_value() == known);
    stop.request_stop();
    captured.get();
  }
}

}  // namespace
}  // namespace rustcam::test
