#include "capture/recovery.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/fake_desktop.h"
#include "support/simulated_clock.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

constexpr Rect full_hd{0, 0, 192, 108};

TimePoint in(Duration d) {
  return now() + d;
}

/// Acquires and releases at once.
SourceEvent next(RecoveringSource& source, Duration timeout = 5s) {
  const SourceEvent event = source.acquire(in(timeout), {});
  if (event == SourceEvent::updated) source.source()->release();
  return event;
}

RecoveringSource open(const FakeScreen& screen, std::optional<Rect> region = {},
                      RecoveryPolicy policy = {}) {
  return {session_of(screen), {}, region, policy};
}

/// Another session, and the limits with which it was opened again.
class WatchedSession final : public CaptureSession {
 public:
  explicit WatchedSession(std::shared_ptr<CaptureSession> real) : real_(std::move(real)) {}
  const TargetInfo& target() const noexcept override { return real_->target(); }
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override {
    limits.push_back(options.open_within);
    if (refusal) throw Cancelled(*refusal);
    return real_->open(options);
  }

  std::vector<std::optional<Duration>> limits;
  std::optional<std::string> refusal;  ///< the user's

 private:
  std::shared_ptr<CaptureSession> real_;
};

}  // namespace

TEST_CASE("a lost source is opened again at once, and the loss is told") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveringSource source = open(*screen);
  CHECK(next(source) == SourceEvent::updated);
  CHECK(next(source, 0s) == SourceEvent::timed_out);

  screen->lose("0x887A0026", "access lost");
  CHECK(next(source) == SourceEvent::changed);
  CHECK(next(source) == SourceEvent::updated);
  CHECK(screen->openings() == 2);
  CHECK(screen->open_sources() == 1);
  REQUIRE(source.recoveries().size() == 1);
  const Recovery& recovery = source.recoveries()[0];
  CHECK(recovery.error == "access lost");
  CHECK(recovery.native_code == "0x887A0026");
  CHECK(recovery.size == Size{192, 108});
}

TEST_CASE("an output that is off is waited for, and comes back in another size") {
  SimulatedClock clock;
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  screen->use(clock);
  RecoveringSource source(session_of(*screen), {}, {}, {}, clock);
  const auto next = [&](RecoveringSource& from, Duration timeout = 5s) {
    const SourceEvent event = from.acquire(clock.now() + timeout, {});
    if (event == SourceEvent::updated) from.source()->release();
    return event;
  };
  CHECK(next(source) == SourceEvent::updated);
  screen->set_presence(Presence::absent);
  screen->lose("", "off");
  CHECK(next(source, 30ms) == SourceEvent::lost);
  CHECK(source.source() == nullptr);
  CHECK(next(source, 0ms) == SourceEvent::lost);
  CHECK(source.recoveries().back().took == 30ms);

  screen->resize({100, 50});
  screen->set_presence(Presence::here);
  CHECK(next(source) == SourceEvent::changed);
  CHECK(source.target().size() == Size{100, 50});
  REQUIRE(source.recoveries().size() == 1);
  CHECK(source.recoveries()[0].size == Size{100, 50});
  CHECK(source.recoveries()[0].took >= 30ms);
}

TEST_CASE("a change of size needs no reopening") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveringSource source = open(*screen);
  CHECK(next(source) == SourceEvent::updated);
  screen->resize({64, 64});
  CHECK(next(source) == SourceEvent::changed);
  CHECK(screen->openings() == 1);
  CHECK(source.target().size() == Size{64, 64});
  REQUIRE(source.recoveries().size() == 1);
  CHECK(source.recoveries()[0].error.empty());
  CHECK(source.recoveries()[0].native_code.empty());
  CHECK(source.recoveries()[0].size == Size{64, 64});
}

TEST_CASE("a region that no longer fits is waited for, never moved") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveringSource source = open(*screen, Rect{100, 50, 180, 100});
  CHECK(next(source) == SourceEvent::updated);
  screen->resize({150, 108});
  CHECK(next(source, 40ms) == SourceEvent::lost);
  CHECK(source.source() == nullptr);
  screen->resize({200, 90});
  CHECK(next(source, 40ms) == SourceEvent::lost);
  CHECK(screen->open_sources() == 0);
  screen->resize({180, 100});
  CHECK(next(source) == SourceEvent::changed);
  REQUIRE(source.recoveries().size() == 1);
  CHECK(source.recoveries()[0].error.find("150x108") != std::string::npos);
  CHECK(source.recoveries()[0].size == Size{180, 100});
}

TEST_CASE("a region that does not fit at the start is wrong usage") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  CHECK_THROWS_AS(open(*screen, Rect{0, 0, 193, 10}), UsageError);
}

TEST_CASE("another output in the same place is never taken") {
  FakeDesktop desktop;
  const auto secret = desktop.add("secret", full_hd);
  const auto screen = desktop.add("one", full_hd);
  SUBCASE("by a back end that keeps to identities") {
    RecoveringSource source = open(*screen);
    CHECK(next(source) == SourceEvent::updated);
    desktop.remove("one");
    secret->set_index(1);
    screen->lose("", "unplugged");
    CHECK(next(source, 50ms) == SourceEvent::lost);
    CHECK(secret->openings() == 0);
  }
  SUBCASE("by a back end that goes by indexes") {
    RecoveringSource source(session_of(*screen, indexing_backend()), {}, {}, {});
    CHECK(next(source) == SourceEvent::updated);
    desktop.remove("one");
    secret->set_index(1);
    screen->lose("", "unplugged");
    CHECK(next(source, 50ms) == SourceEvent::lost);
    CHECK(source.source() == nullptr);
    CHECK(secret->pixels_read() == 0);
    CHECK(source.target().name == "one");
  }
}

TEST_CASE("the same output with another index is taken") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveringSource source = open(*screen);
  CHECK(next(source) == SourceEvent::updated);
  screen->set_index(7);
  screen->lose("", "renumbered");
  CHECK(next(source) == SourceEvent::changed);
  CHECK(source.target().index == 7);
}

TEST_CASE("the first loss is the last if reopening is not wanted") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveryPolicy policy;
  policy.reopen = false;
  RecoveringSource source = open(*screen, {}, policy);
  CHECK(next(source) == SourceEvent::updated);
  screen->lose("", "unplugged");
  CHECK(next(source) == SourceEvent::gave_up);
  CHECK(next(source) == SourceEvent::gave_up);
  CHECK(source.lost_error() == "unplugged");
  CHECK(source.recoveries().size() == 1);
  CHECK(screen->openings() == 1);
}

TEST_CASE("waiting ends if a limit was set") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveryPolicy policy;
  policy.give_up_after = 60ms;
  RecoveringSource source = open(*screen, {}, policy);
  CHECK(next(source) == SourceEvent::updated);
  screen->set_presence(Presence::absent);
  screen->lose("", "unplugged");
  const TimePoint begun = now();
  CHECK(next(source) == SourceEvent::gave_up);
  CHECK(now() - begun >= 60ms);
  CHECK(source.recoveries().back().took >= 60ms);
}

TEST_CASE("a system that is waited for is given no longer than is left") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  const auto session = std::make_shared<WatchedSession>(session_of(*screen));
  RecoveryPolicy policy;
  SUBCASE("if there is a limit") {
    policy.give_up_after = 700ms;
  }
  SUBCASE("if there is none") {}
  RecoveringSource source(session, {}, {}, policy);
  CHECK(next(source) == SourceEvent::updated);
  screen->set_presence(Presence::absent);
  screen->lose("", "unplugged");
  CHECK(next(source, 20ms) == SourceEvent::lost);
  REQUIRE(session->limits.size() >= 2);
  CHECK_FALSE(session->limits[0]);
  for (std::size_t i = 1; i < session->limits.size(); ++i) {
    REQUIRE(session->limits[i].has_value() == policy.give_up_after.has_value());
    if (policy.give_up_after) CHECK(*session->limits[i] <= *policy.give_up_after);
  }
}

TEST_CASE("a closed display connection is tried again for a limited time only") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveryPolicy policy;
  policy.give_up_after_disconnect = 80ms;
  RecoveringSource source = open(*screen, {}, policy);
  CHECK(next(source) == SourceEvent::updated);

  SUBCASE("noticed by acquire") {
    screen->set_presence(Presence::disconnected);
    screen->fail_next_acquire_with_device_error();
    const TimePoint begun = now();
    CHECK(next(source) == SourceEvent::gave_up);
    CHECK(now() - begun >= 80ms);
    CHECK(source.lost_error() == "the fake display is gone");
    CHECK(source.recoveries().back().native_code == "FAKE_GONE");
  }
  SUBCASE("noticed while reopening") {
    screen->set_presence(Presence::absent);
    screen->lose("", "unplugged");
    CHECK(next(source, 120ms) == SourceEvent::lost);
    screen->set_presence(Presence::disconnected);
    CHECK(next(source) == SourceEvent::gave_up);
  }
  SUBCASE("a connection that comes back without the output is waited with") {
    screen->fail_next_acquire_with_device_error();
    screen->set_presence(Presence::absent);
    CHECK(next(source, 200ms) == SourceEvent::lost);
    screen->set_presence(Presence::here);
    CHECK(next(source) == SourceEvent::changed);
  }
}

TEST_CASE("a refusal while reopening is a loss like any other") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveringSource source = open(*screen);
  CHECK(next(source) == SourceEvent::updated);
  screen->set_presence(Presence::refused);
  screen->lose("E_ACCESSDENIED", "secure desktop");
  CHECK(next(source, 40ms) == SourceEvent::lost);
  screen->set_presence(Presence::here);
  CHECK(next(source) == SourceEvent::changed);
}

TEST_CASE("a refusal at the first opening is an error") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  screen->set_presence(Presence::refused);
  CHECK_THROWS_AS(open(*screen), DuplicationError);
}

TEST_CASE("a stop request ends the wait") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveringSource source = open(*screen);
  CHECK(next(source) == SourceEvent::updated);
  screen->set_presence(Presence::absent);
  screen->lose("", "unplugged");
  CHECK(next(source, 0ms) == SourceEvent::lost);
  std::stop_source stop;
  const TimePoint begun = now();
  std::jthread later([&] {
    std::this_thread::sleep_for(30ms);
    stop.request_stop();
  });
  CHECK(source.acquire(in(60s), stop.get_token()) == SourceEvent::cancelled);
  CHECK(now() - begun < 30s);
}

TEST_CASE("a loss noticed by a read may be reported under a lease") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveringSource source = open(*screen);
  REQUIRE(source.acquire(in(5s), {}) == SourceEvent::updated);
  {
    const UpdateLease lease(*source.source());
    source.report_loss(AccessLost("read failed", "FAKE_READ"));
    CHECK(source.source() == nullptr);
  }
  CHECK(next(source) == SourceEvent::changed);
  CHECK(screen->open_sources() == 1);
  CHECK(source.recoveries().back().native_code == "FAKE_READ");
}

TEST_CASE("a source that is lost again and again is not reopened in a tight loop") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  RecoveringSource source = open(*screen);
  const TimePoint end = in(200ms);
  while (now() < end) {
    screen->lose("", "flapping");
    source.acquire(end, {});
  }
  CHECK(screen->openings() < 15);
}

TEST_CASE("a user who does not want it back is not asked again") {
  FakeDesktop desktop;
  const auto screen = desktop.add("one", full_hd);
  const auto session = std::make_shared<WatchedSession>(session_of(*screen));
  RecoveringSource source(session, {}, {}, {});
  CHECK(next(source) == SourceEvent::updated);
  session->refusal = "cancelled in the dialogue";
  screen->lose("", "the desktop ended it");
  CHECK(next(source) == SourceEvent::gave_up);
  CHECK(next(source) == SourceEvent::gave_up);
  CHECK(session->limits.size() == 2);
  CHECK(source.lost_error() == "cancelled in the dialogue");
}
