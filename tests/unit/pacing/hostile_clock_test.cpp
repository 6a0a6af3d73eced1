// What no clock can bend: slots, their order, and sampling points near them. Every failure prints
// its seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "pacing/slot_clock.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint epoch{std::chrono::hours(1000)};
constexpr std::uint32_t seeds = 200;

Rational rate_for(std::uint32_t seed) {
  constexpr Rational rates[]{{60, 1}, {30000, 1001}, {1000, 1}, {1, 2}, {144, 1}};
  return rates[seed % 5];
}

/// Stamps as no honest clock gives them.
class HostileClock {
 public:
  explicit HostileClock(std::uint32_t seed)
      : random_(seed), slot_(slot_offset(rate_for(seed), 1)) {}

  TimePoint next() {
    if (honest_ > 0) {
      --honest_;
      return at_ += period_;
    }
    switch (random_() % 10) {
      case 0:
        break;  // an equal stamp
      case 1:
        at_ += std::chrono::seconds(random_() % 100'000);  // a jump
        break;
      case 2:
        at_ -= std::chrono::seconds(random_() % 100'000);  // a jump back
        break;
      case 3:
        at_ = TimePoint{};
        break;
      case 4:
        at_ = epoch + std::chrono::hours(24 * 365 * 50);
        break;
      case 5:
        at_ += 1ns;
        break;
      case 6:  // for a while as a screen's own, so that there is something to be torn from
        honest_ = 60;
        period_ = random_() % 2 == 0 ? slot_ / static_cast<std::int64_t>(1 + random_() % 3)
                                     : Duration(2'000'000 + random_() % 30'000'000);
        break;
      default:
        at_ += Duration(random_() % 20'000'000);
    }
    return at_;
  }
  ScreenPhase::Watch watch() {
    return random_() % 4 == 0 ? ScreenPhase::Watch::window : ScreenPhase::Watch::all;
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

 private:
  std::mt19937_64 random_;
  TimePoint at_ = epoch;
  Duration slot_;
  int honest_ = 0;
  Duration period_{};
};

}  // namespace

TEST_CASE("hostile clocks bend nothing but the phase") {
  int laid = 0;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    HostileClock hostile(seed);
    const Rational rate = rate_for(seed);
    SlotClock clock(rate);
    const TimePoint t0 = clock.start(epoch);
    CHECK(t0 == epoch);
    TimePoint before{};
    bool followed = false;
    for (std::int64_t n = 0; n < 400; ++n) {
      if (hostile.below(8) == 0) n += static_cast<std::int64_t>(hostile.below(90));  // a stall
      clock.presented(hostile.next(), hostile.watch());
      clock.set_read_lead(Duration(hostile.below(20'000'000)));
      CHECK(clock.slot(n) == t0 + slot_offset(rate, n));
      const TimePoint point = clock.sampling_point(n);
      CHECK(point >= before);
      CHECK(point >= clock.slot(n));
      CHECK(point - clock.slot(n) <= clock.period() * 2);
      CHECK(clock.sampling_point(n) == point);
      CHECK(clock.slot_at(clock.slot(n)) == n);
      before = point;
      followed = followed || clock.phase() != 0ns;
    }
    if (followed) ++laid;
  }
  CHECK(laid > 40);  // else there was nothing to bend
}

TEST_CASE("hostile stamps before the start delay slot 0 by a screen's period at most") {
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    HostileClock hostile(seed);
    SlotClock clock(rate_for(seed));
    for (int stamps = 0; stamps < 200; ++stamps) clock.presented(hostile.next(), hostile.watch());
    const auto period = clock.screen_period();
    const TimePoint t0 = clock.start(epoch);
    CHECK(t0 >= epoch);
    CHECK(t0 <= epoch + period.value_or(0ns) + 1ns);
    if (period) CHECK(*period > 0ns);
  }
}

TEST_CASE("one who stalls for hours finds every later slot in its place") {
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    HostileClock hostile(seed);
    SlotClock clock(rate_for(seed));
    clock.start(epoch);
    TimePoint before{};
    std::int64_t n = 0;
    for (int steps = 0; steps < 50; ++steps) {
      n += static_cast<std::int64_t>(hostile.below(1'000'000));
      clock.presented(hostile.next());
      const TimePoint point = clock.sampling_point(n);
      CHECK(point >= before);
      CHECK(point >= clock.slot(n));
      CHECK(point - clock.slot(n) <= clock.period() * 2);
      // One who is far behind is told a point of the past, never one of the future.
      const auto behind = static_cast<std::int64_t>(hostile.below(200));
      if (behind <= n) CHECK(clock.sampling_point(n - behind) <= point);
      before = point;
    }
  }
}

TEST_CASE("a screen is learnt again after its clock went mad") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    HostileClock hostile(seed);
    SlotClock clock({60, 1});
    clock.start(epoch);
    for (int stamps = 0; stamps < 300; ++stamps) clock.presented(hostile.next());
    // Honest presents for 20 s, 5 ms after the slots; the last 10 s are judged.
    std::int64_t shown = 0;
    std::int64_t held = -1;
    std::int64_t missed = 0;
    for (std::int64_t n = 0; n < 1200; ++n) {
      const TimePoint point = clock.sampling_point(n);
      for (; epoch + 5ms + slot_offset({60, 1}, shown) <= point; ++shown)
        clock.presented(epoch + 5ms + slot_offset({60, 1}, shown));
      if (n > 600 && shown - 1 != held + 1) ++missed;
      held = shown - 1;
    }
    CHECK(missed == 0);
    REQUIRE(clock.screen_period());
    CHECK(to_us(*clock.screen_period()) == doctest::Approx(16666.7).epsilon(0.001));
  }
}
