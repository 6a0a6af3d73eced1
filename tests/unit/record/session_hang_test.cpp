// Whole sessions whose screen does not return from a call.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "platform/abandoned.h"
#include "session_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

/// The screen hangs after a while; the capture thread is joined before the bench goes.
class Hang {
 public:
  Hang(Bench& bench, Duration after)
      : bench_(bench), begin_(bench.clock, [this, after](const std::stop_token& stop) {
          if (bench_.clock.sleep_until(bench_.clock.now() + after, stop))
            bench_.screen->set_hanging(true);
        }) {}
  ~Hang() {
    bench_.screen->set_hanging(false);
    reclaim_abandoned();
  }
  Hang(const Hang&) = delete;
  Hang& operator=(const Hang&) = delete;

 private:
  Bench& bench_;
  Beside begin_;
};

}  // namespace

TEST_CASE(
    "a call of the system that does not return: slots repeat, and the recording ends in time") {
  for (const bool by_signal : {false, true}) {
    Bench b;
    b.options.plan.fps = {10, 1};
    if (!by_signal) b.options.frames = 100;
    std::vector<std::string> told;
    b.hooks.source_away = [&](const std::string& why) { told.push_back(why); };
    std::int64_t seen = 0;
    b.hooks.progress = [&](const Progress& p) { seen = p.slots; };
    b.hooks.end_request = [&]() -> std::optional<EndedBy> {
      return by_signal && seen >= 50 ? std::optional(EndedBy::signal) : std::nullopt;
    };
    const Hang hang(b, 1s);
    const TimePoint begun = b.clock.now();
    const RecordStatistics s = b.run();
    const Duration took = b.clock.now() - begun;
    CHECK(s.ended_by == (by_signal ? EndedBy::signal : EndedBy::frames));
    CHECK(s.slots >= (by_signal ? 50 : 100));
    CHECK(took < (by_signal ? 12s : 16s));
    CHECK(b.sinks.logs.back()->finished == s.slots);
    CHECK(told == std::vector<std::string>{"the system does not answer"});
    REQUIRE(s.warnings.size() == 1);
    CHECK(s.warnings[0].code == "source_hangs");
    CHECK_FALSE(s.coalesced);
    CHECK(any_abandoned());
  }
  CHECK_FALSE(any_abandoned());
}

TEST_CASE("--on-loss holds for a call that does not return") {
  for (const bool stop : {false, true}) {
    Bench b;
    b.options.plan.fps = {10, 1};
    b.options.reopen_on_loss = !stop;
    b.options.give_up_after = 5s;
    const Hang hang(b, 1s);
    const RecordStatistics s = b.run();
    CHECK(s.ended_by == (stop ? EndedBy::source : EndedBy::source_lost));
    // It hangs after 1 s, and is lost 10 s later.
    CHECK(s.slots >= (stop ? 100 : 150));
    CHECK(s.slots <= (stop ? 120 : 170));
    CHECK(s.error.has_value() == !stop);
  }
}

TEST_CASE("a call that returns in the end is a screen that was away") {
  Bench b;
  b.options.plan.fps = {10, 1};
  b.options.frames = 100;
  std::vector<std::string> told;
  b.hooks.source_away = [&](const std::string& why) { told.push_back(why); };
  Hang hang(b, 1s);
  const Beside end(b.clock, [&](const std::stop_token& stop) {
    b.clock.sleep_until(b.clock.now() + 6s, stop);
    b.screen->set_hanging(false);
  });
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::frames);
  CHECK(told == std::vector<std::string>{"the system does not answer", ""});
  CHECK(s.warnings.empty());
  CHECK_FALSE(any_abandoned());
}

TEST_CASE("the first call does not return: --timeout and signals hold") {
  for (const bool by_signal : {false, true}) {
    Bench b;
    b.options.timeout = 2s;
    b.screen->set_hanging(true);
    const TimePoint begun = b.clock.now();
    b.hooks.end_request = [&]() -> std::optional<EndedBy> {
      return by_signal && b.clock.now() - begun > 1s ? std::optional(EndedBy::signal)
                                                     : std::nullopt;
    };
    const Hang hang(b, 1h);
    if (by_signal) {
      CHECK(b.run().started_at.empty());
    } else {
      CHECK_THROWS_AS(b.run(), CaptureError);
    }
    CHECK(b.clock.now() - begun < 27s);
    CHECK(b.sinks.logs.empty());
  }
}
