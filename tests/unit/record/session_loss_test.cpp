// Whole sessions on a clock that is played: a source that goes away, comes back, or changes its
// size.
#include <doctest/doctest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "record/session.h"
#include "session_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

TEST_CASE("slots repeat while the source is lost, and it comes back") {
  Bench b;
  b.options.frames = 90;
  const Show show(b, 60);
  const Loss loss(b, 700ms, 300ms, "0x887A0026");
  const RecordStatistics s = b.run();
  CHECK(s.slots == 90);
  CHECK(s.ended_by == EndedBy::frames);
  REQUIRE(s.recoveries.size() == 1);
  CHECK(s.recoveries[0].native_code == "0x887A0026");
  CHECK(s.recoveries[0].took >= 300ms);
  CHECK(s.recoveries[0].took < 500ms);
  // 300 ms are 18 slots; the pauses between tries add up to ten.
  CHECK(s.repeated >= 17);
  CHECK(s.repeated <= 30);
  CHECK(FakeSink::damage_was_exact);
}

TEST_CASE("a source that stays away is told, once, and its return as well") {
  for (const Duration away : {300ms, 3000ms}) {
    Bench b;
    b.options.frames = 300;
    std::vector<std::string> told;
    std::vector<TimePoint> at;
    b.hooks.source_away = [&](const std::string& why) {
      told.push_back(why);
      at.push_back(b.clock.now());
    };
    const TimePoint lost = b.clock.now() + 700ms;
    const Show show(b, 60);
    const Loss loss(b, 700ms, away);
    b.run();
    if (away < 1s) {
      CHECK(told.empty());
      continue;
    }
    CHECK(told == std::vector<std::string>{"access lost", ""});
    CHECK(at[0] - lost >= 1s);
    CHECK(at[0] - lost < 1300ms);
    CHECK(at[1] - lost >= away);
  }
}

TEST_CASE("a source that is found to be away by a read is told, too") {
  Bench b;
  b.options.frames = 300;
  std::vector<std::string> told;
  b.hooks.source_away = [&](const std::string& why) { told.push_back(why); };
  const Show show(b, 60);
  const Beside fault(b.clock, [&](const std::stop_token& stop) {
    b.clock.sleep_until(b.clock.now() + 700ms, stop);
    b.screen->set_presence(Presence::absent);
    b.screen->fail_next_read();
    b.clock.sleep_until(b.clock.now() + 3s, stop);
    b.screen->set_presence(Presence::here);
  });
  b.run();
  CHECK(told == std::vector<std::string>{"the fake read failed", ""});
}

TEST_CASE("a source that comes back and says nothing is read after a while") {
  Bench b;
  b.options.frames = 90;
  const Beside fault(b.clock, [&](const std::stop_token& stop) {
    b.clock.sleep_until(b.clock.now() + 700ms, stop);
    b.screen->set_silent(true);
    b.screen->fill(Rect{0, 0, 64, 48}, 0x123456);
    b.screen->lose("", "access lost");
  });
  const RecordStatistics s = b.run();
  CHECK(s.slots == 90);
  CHECK(s.fresh == 2);
  CHECK(shown(b.writes().back()) == 0x123456);
}

TEST_CASE("a change of size, by --on-resize") {
  Bench b;
  b.options.frames = 70;
  const Show show(b, 60);
  const Beside fault(b.clock, [&](const std::stop_token& stop) {
    b.clock.sleep_until(b.clock.now() + 600ms, stop);
    b.screen->resize({40, 30});
  });
  SUBCASE("scale") {
    const RecordStatistics s = b.run();
    CHECK(s.slots == 70);
    CHECK(s.picture == Size{64, 48});
    CHECK(b.writes().back().size == Size{40, 30});
    CHECK(s.recoveries.size() == 1);
    CHECK(s.recoveries[0].error.empty());
  }
  SUBCASE("split") {
    b.options.on_resize = OnResize::split;
    const RecordStatistics s = b.run();
    CHECK(s.slots == 70);
    REQUIRE(b.sinks.logs.size() == 2);
    CHECK(b.sinks.logs[1]->captured == Size{40, 30});
    CHECK(b.sinks.logs[1]->path == "/nowhere/out-2.mp4");
    CHECK(b.sinks.logs[0]->finished + b.sinks.logs[1]->finished == 70);
    CHECK(b.writes(1).front().slot == 0);
  }
  SUBCASE("stop") {
    b.options.on_resize = OnResize::stop;
    const RecordStatistics s = b.run();
    CHECK(s.ended_by == EndedBy::source);
    CHECK(s.slots < 70);
  }
  CHECK(FakeSink::damage_was_exact);
}
