// Whole sessions on scripted screens and sinks, on a clock that is played: what each slot holds.
#include "record/session.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "session_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

/// How often the picture's number goes on by something else than `step` from slot to slot.
int other_steps(const std::vector<Written>& writes, std::uint32_t step, std::uint32_t or_step) {
  int other = 0;
  for (std::size_t i = 1; i < writes.size(); ++i) {
    const std::uint32_t went = shown(writes[i]) - shown(writes[i - 1]);
    if (went != step && went != or_step) ++other;
  }
  return other;
}

int other_steps(const std::vector<Written>& writes, std::uint32_t step) {
  return other_steps(writes, step, step);
}

}  // namespace

TEST_CASE("a moving screen: every slot is there, in order, and fresh") {
  Bench b;
  b.options.duration_slots = 90;
  const Show show(b, 60);
  const RecordStatistics s = b.run();
  CHECK(s.slots == 90);
  CHECK(s.ended_by == EndedBy::duration);
  CHECK_FALSE(s.error);
  CHECK(s.duration_s == doctest::Approx(1.5));
  CHECK(s.fresh == 90);
  CHECK(s.late == 0);
  CHECK(s.unencoded == 0);
  CHECK(s.dropped == 0);
  CHECK(s.backend == "x11");
  CHECK(s.output.name == "DP-1");
  CHECK(s.region == Rect{0, 0, 64, 48});
  CHECK(s.picture == Size{64, 48});
  REQUIRE(s.pacing_us);
  REQUIRE(s.latency_us);
  REQUIRE(s.files.size() == 1);
  CHECK(s.files[0].slots == 90);
  check_sums(s);

  REQUIRE(b.writes().size() == 90);
  CHECK(b.sinks.logs[0]->finished == 90);
  for (std::size_t i = 0; i < 90; ++i) CHECK(b.writes()[i].slot == static_cast<std::int64_t>(i));
  CHECK(other_steps(b.writes(), 1) == 0);
  CHECK(FakeSink::damage_was_exact);
}

TEST_CASE("60 Hz at 60 fps, with jitter, at every phase: each slot holds the next picture") {
  for (int phase_ms = 0; phase_ms < 17; ++phase_ms) {
    CAPTURE(phase_ms);
    Bench b;
    b.options.frames = 300;
    const Show show(b, 60, std::chrono::milliseconds(phase_ms), 2ms);
    const RecordStatistics s = b.run();
    CHECK(s.fresh == 300);
    CHECK(s.dropped == 0);
    CHECK(other_steps(b.writes(), 1) == 0);
  }
}

TEST_CASE("59.94 Hz at 60 fps: one slot in a thousand repeats, and no picture is lost") {
  Bench b;
  b.options.frames = 3000;
  const Show show(b, 60000.0 / 1001, 0ms, 1ms);
  const RecordStatistics s = b.run();
  CHECK(s.repeated >= 2);
  CHECK(s.repeated <= 4);
  CHECK(s.dropped == 0);
  CHECK(other_steps(b.writes(), 1, 0) == 0);
}

TEST_CASE("144 Hz at 60 fps: every slot is fresh, two or three pictures after the last") {
  Bench b;
  b.options.frames = 600;
  const Show show(b, 144, 0ms, 500us);
  const RecordStatistics s = b.run();
  CHECK(s.fresh == 600);
  CHECK(other_steps(b.writes(), 2, 3) == 0);
  CHECK(s.coalesced.value_or(0) > 600);
}

TEST_CASE("600 Hz at 60 fps: every tenth picture, read once a slot") {
  Bench b;
  b.options.frames = 1200;
  const Show show(b, 600);
  const RecordStatistics s = b.run();
  CHECK(s.fresh == 1200);
  CHECK(s.late == 0);
  // While whole slots are listened to again, the phase may move by a picture.
  CHECK(other_steps(b.writes(), 10) <= 6);
  CHECK(other_steps(b.writes(), 9, 11) >= 1193);
  // Each picture costs its damage and what the pool's pictures owe: far less than 600 reads.
  CHECK(b.screen->pixels_read() < std::int64_t{64} * 48 * 500);
  CHECK(FakeSink::damage_was_exact);
}

TEST_CASE(
    "slot 0 shows what is on the screen when it comes, however long the encoder takes to open") {
  Bench b;
  b.options.frames = 60;
  b.sinks.opening = 700ms;
  b.screen->set_read_time(3ms);
  const Show show(b, 60);
  const RecordStatistics s = b.run();
  CHECK(s.fresh == 60);
  CHECK(s.late == 0);
  const Duration age = s.t0 - b.writes().front().presented;
  CHECK(age < 34ms);
  CHECK(age > -17ms);
  CHECK(other_steps(b.writes(), 1) == 0);
}

TEST_CASE("a screen that is slow to read: slot 0 is no older than a read or two") {
  Bench b;
  b.options.frames = 30;
  b.sinks.opening = 700ms;
  b.screen->set_read_time(20ms);
  const Show show(b, 60);
  const RecordStatistics s = b.run();
  CHECK(s.slots == 30);
  CHECK(s.t0 - b.writes().front().presented < 60ms);
}

TEST_CASE("the first reads, which are slow, are over before slot 0") {
  Bench b;
  b.options.frames = 60;
  b.sinks.opening = 200ms;
  const Show show(b, 60);
  // Of the whole screen and into untouched memory: longer than a slot lasts.
  b.screen->set_read_time(25ms);
  const Beside memory(b.clock, [&](const std::stop_token& stop) {
    while (b.screen->pixels_read() < 4 * 64 * 48 &&
           b.clock.sleep_until(b.clock.now() + 1ms, stop)) {
    }
    b.screen->set_read_time(1ms);
  });
  const RecordStatistics s = b.run();
  CHECK(s.late == 0);
  CHECK(s.fresh == 60);
  CHECK(other_steps(b.writes(), 1) == 0);
}

TEST_CASE("a still screen: one fresh slot, all others repeat it and carry no damage") {
  Bench b;
  b.options.frames = 30;
  const RecordStatistics s = b.run();
  CHECK(s.slots == 30);
  CHECK(s.fresh == 1);
  CHECK(s.ended_by == EndedBy::frames);
  CHECK(s.fps_achieved == doctest::Approx(60));
  REQUIRE(b.writes().size() == 30);
  CHECK(b.writes()[0].damage == Region(Rect{0, 0, 64, 48}));
  for (std::size_t i = 1; i < b.writes().size(); ++i) CHECK(b.writes()[i].damage.empty());
  // The pictures that are soon needed are read once each, before slot 0.
  CHECK(b.screen->pixels_read() == 4 * 64 * 48);
}

TEST_CASE("--vfr writes fresh slots and the last") {
  Bench b;
  b.options.frames = 40;
  b.options.plan.request.vfr = true;
  const RecordStatistics s = b.run();
  CHECK(s.slots == 40);
  CHECK(s.unencoded == 0);
  REQUIRE(b.writes().size() == 2);
  CHECK(b.writes()[1].slot == 39);
  CHECK(b.sinks.logs[0]->finished == 40);
}

TEST_CASE("a picture is written again before its file can tell no longer") {
  Bench b;
  b.options.frames = 40;
  b.options.plan.request.vfr = true;
  b.sinks.options.longest_gap = 15;
  const RecordStatistics s = b.run();
  CHECK(s.slots == 40);
  CHECK(s.samples == 4);
  CHECK(s.fresh == 1);
  CHECK(s.unencoded == 0);
  std::vector<std::int64_t> written;
  for (const Written& w : b.writes()) written.push_back(w.slot);
  CHECK(written == std::vector<std::int64_t>{0, 15, 30, 39});
}

TEST_CASE("the pointer alone makes a slot, but no fresh one") {
  Bench b;
  b.options.cursor = true;
  b.options.frames = 60;
  const Beside mouse(b.clock, [&](const std::stop_token& stop) {
    auto shape = std::make_shared<PointerShape>();
    shape->kind = PointerKind::straight_alpha;
    shape->size = {4, 4};
    shape->stride = 16;
    shape->pixels.assign(64, 0xFF);
    for (int x = 0; b.clock.sleep_until(b.clock.now() + 10ms, stop); ++x)
      b.screen->set_pointer({{x % 50, 20}, true, false, shape});
  });
  const RecordStatistics s = b.run();
  CHECK(s.slots == 60);
  CHECK(s.fresh == 1);
  CHECK(s.pointer_only == 59);
  CHECK(FakeSink::damage_was_exact);
  check_sums(s);
}

TEST_CASE("whoever wakes late gives no slot a picture from after its sampling point") {
  Bench b;
  b.options.frames = 300;
  b.clock.wake_late_by(11ms);
  const Show show(b, 144);
  const RecordStatistics s = b.run();
  CHECK(s.slots == 300);
  REQUIRE(s.phase_us);
  // It moves a little until it has settled.
  const Duration phase = from_s(*s.phase_us / 1e6) + 500us;
  for (const Written& w : b.writes())
    CHECK(w.presented <= s.t0 + slot_offset({60, 1}, w.slot) + phase);
  for (std::size_t i = 1; i < b.writes().size(); ++i)
    CHECK(b.writes()[i].presented >= b.writes()[i - 1].presented);
}

TEST_CASE("a read that stalls repeats slots, and loses none") {
  Bench b;
  b.options.frames = 120;
  const Show show(b, 60);
  const Beside stall(b.clock, [&](const std::stop_token& stop) {
    if (!b.clock.sleep_until(b.clock.now() + 1s, stop)) return;
    b.screen->set_read_time(70ms);
    b.clock.sleep_until(b.clock.now() + 20ms, stop);
    b.screen->set_read_time({});
  });
  const RecordStatistics s = b.run();
  CHECK(s.slots == 120);
  CHECK(s.late == 0);
  // 70 ms are four slots and a bit; what is read at their end is new.
  CHECK(s.repeated >= 3);
  CHECK(s.repeated <= 5);
  REQUIRE(b.writes().size() == 120);
  for (std::size_t i = 1; i < 120; ++i) CHECK(shown(b.writes()[i]) >= shown(b.writes()[i - 1]));
  CHECK(shown(b.writes()[119]) - shown(b.writes()[0]) == 119);
}

TEST_CASE("--timestamps: a line for every slot") {
  Bench b;
  const std::string stamps = temporary_file("stamps.jsonl");
  b.options.timestamps_path = stamps;
  b.options.frames = 30;
  const RecordStatistics s = b.run();
  std::ifstream file(stamps);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  file.close();
  std::filesystem::remove(stamps);
  REQUIRE(lines.size() == 30);
  CHECK(lines[0].find("{\"n\":0,\"slot_ns\":0,\"presented_ns\":-") == 0);
  CHECK(lines[0].find("\"kind\":\"fresh\"}") != std::string::npos);
  CHECK(lines[29].find("{\"n\":29,\"slot_ns\":483333333,") == 0);
  CHECK(lines[29].find("\"kind\":\"repeated\"}") != std::string::npos);
  CHECK(lines[0].find("\"wallclock\":\"" + s.started_at.substr(0, 19)) != std::string::npos);
}

TEST_CASE("progress is told while it runs") {
  Bench b;
  b.options.frames = 60;
  std::vector<Progress> told;
  b.hooks.progress = [&](const Progress& p) { told.push_back(p); };
  b.run();
  REQUIRE(told.size() >= 8);
  CHECK(told.back().slots > told.front().slots);
  CHECK(told.back().slots == told.back().fresh + told.back().repeated);
}
