#include "platform/precise_timer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

using namespace rustcam;
using namespace std::chrono_literals;

TEST_CASE("never wakes early, and usually soon after") {
  PreciseTimer timer;
  std::vector<Duration> late;
  for (int i = 0; i < 21; ++i) {
    const TimePoint deadline = now() + 4ms;
    CHECK(timer.sleep_until(deadline));
    late.push_back(now() - deadline);
    CHECK(late.back() >= 0ns);
  }
  std::sort(late.begin(), late.end());
  CHECK(late[late.size() / 2] < 20ms);
}

TEST_CASE("never wakes early with a stop token either") {
  PreciseTimer timer;
  std::stop_source stop;
  for (int i = 0; i < 10; ++i) {
    const TimePoint deadline = now() + 3ms;
    CHECK(timer.sleep_until(deadline, stop.get_token()));
    CHECK(now() >= deadline);
  }
}

TEST_CASE("a past deadline returns at once") {
  PreciseTimer timer;
  const TimePoint before = now();
  CHECK(timer.sleep_until(before - 1s));
  CHECK(timer.sleep_until(TimePoint{}));
  CHECK(now() - before < 1s);
}

TEST_CASE("a stop request ends the sleep, and only that one") {
  PreciseTimer timer;
  std::stop_source stop;
  const TimePoint before = now();
  std::jthread stopper([&] {
    std::this_thread::sleep_for(20ms);
    stop.request_stop();
  });
  CHECK_FALSE(timer.sleep_until(before + 60s, stop.get_token()));
  CHECK(now() - before < 10s);
  CHECK_FALSE(timer.sleep_until(now() + 60s, stop.get_token()));

  std::stop_source another;
  const TimePoint deadline = now() + 5ms;
  CHECK(timer.sleep_until(deadline, another.get_token()));
  CHECK(now() >= deadline);
}
