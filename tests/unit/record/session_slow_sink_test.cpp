// Whole sessions on a clock that is played: encoders and readers that do not keep up.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "record/session.h"
#include "session_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

TEST_CASE("a slow encoder lengthens samples and loses no slot") {
  Bench b;
  b.options.frames = 90;
  b.sinks.options.delay = 50ms;
  std::vector<Warning> told;
  b.hooks.warning = [&](const Warning& w) { told.push_back(w); };
  const Show show(b, 60);
  const RecordStatistics s = b.run();
  CHECK(s.slots == 90);
  // 30 are encoded in the 1.5 s, and what the queue holds after them.
  CHECK(b.writes().size() >= 30);
  CHECK(b.writes().size() <= 40);
  CHECK(static_cast<std::int64_t>(b.writes().size()) == s.slots - s.unencoded);
  CHECK(b.writes().back().slot == 89);
  CHECK(b.sinks.logs[0]->finished == 90);
  CHECK(s.late > 0);
  REQUIRE(s.warnings.size() == 1);
  CHECK(s.warnings[0].code == "encoder_slow");
  CHECK(told.size() == 1);
  CHECK(FakeSink::damage_was_exact);
  check_sums(s);
}

TEST_CASE("a slow reader of raw video gets every slot") {
  for (const OnFull mode : {OnFull::drop, OnFull::wait}) {
    Bench b;
    b.options.frames = 60;
    b.options.on_full = mode;
    b.sinks.options.longest_gap = 1;
    b.sinks.options.delay = 25ms;
    const Show show(b, 60);
    const RecordStatistics s = b.run();
    CHECK(s.slots == 60);
    CHECK(s.unencoded == 0);
    REQUIRE(b.writes().size() == 60);
    for (std::size_t i = 0; i < 60; ++i) CHECK(b.writes()[i].slot == static_cast<std::int64_t>(i));
    CHECK(s.late > 0);
    check_sums(s);
    // Production that is held back goes on with new pictures.
    if (mode == OnFull::wait) CHECK(s.fresh == 60);
  }
}

TEST_CASE("a reader that makes a recording play too fast is told, with the rate that was reached") {
  struct Case {
    OnFull mode;
    Duration delay;
    bool told;
  };
  for (const Case& c : {Case{OnFull::wait, 33ms, true}, Case{OnFull::wait, 10ms, false},
                        Case{OnFull::drop, 33ms, false}}) {
    for (const std::int64_t frames : {std::int64_t{120}, std::int64_t{600}}) {
      Bench b;
      b.options.frames = frames;
      b.options.on_full = c.mode;
      b.sinks.options.longest_gap = 1;
      b.sinks.options.delay = c.delay;
      double shown_fps = 0;
      TimePoint told_at{};
      b.hooks.progress = [&](const Progress& p) { shown_fps = p.fps; };
      b.hooks.warning = [&](const Warning& w) {
        if (w.code == "held_back") told_at = b.clock.now();
      };
      const Show show(b, 60);
      const RecordStatistics s = b.run();
      CHECK((told_at != TimePoint{}) == c.told);
      CHECK(std::any_of(s.warnings.begin(), s.warnings.end(),
                        [](const Warning& w) { return w.code == "held_back"; }) == c.told);
      if (!c.told) continue;
      // Long before the end, if there is time.
      if (frames == 600) CHECK(told_at - s.t0 < 6s);
      CHECK(s.fps_achieved == doctest::Approx(30.3).epsilon(0.03));
      CHECK(shown_fps == doctest::Approx(30.3).epsilon(0.03));
    }
  }
}
