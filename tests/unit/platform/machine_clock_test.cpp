#include <doctest/doctest.h>

#include <chrono>
#include <stop_token>
#include <thread>

#include "platform/clock.h"

using namespace rustcam;
using namespace std::chrono_literals;

// Under Wine this runs with freed memory filled as well (tests/wine/test_programs.py): what a
// thread leaves to be destroyed at its end must not be gone by then.
TEST_CASE("threads sleep by the machine's clock, end, and leave it to others") {
  for (int i = 0; i < 50; ++i) {
    const std::jthread sleeper([i] {
      std::stop_source stop;
      if (i % 2 == 0) stop.request_stop();
      const TimePoint deadline = machine_clock().now() + 1ms;
      const bool reached = machine_clock().sleep_until(deadline, stop.get_token());
      CHECK(reached == (i % 2 != 0));
      if (reached) CHECK(machine_clock().now() >= deadline);
    });
  }
}

TEST_CASE("several threads sleep at once, each as long as it wants to") {
  const TimePoint begun = machine_clock().now();
  std::stop_source stop;
  std::jthread stopped(
      [&] { CHECK_FALSE(machine_clock().sleep_until(begun + 60s, stop.get_token())); });
  std::jthread patient([&] {
    std::stop_source none;
    CHECK(machine_clock().sleep_until(begun + 40ms, none.get_token()));
    CHECK(machine_clock().now() >= begun + 40ms);
  });
  CHECK(machine_clock().sleep_until(begun + 5ms));
  stop.request_stop();
}
