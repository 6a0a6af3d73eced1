// Whole sessions on scripted screens and sinks: what each slot holds.
#include "record/session.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "session_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

TEST_CASE("a moving screen: every slot is there, in order, and most are fresh") {
  Bench b;
  b.options.duration_slots = 90;
  const Show show(b.screen, 60);
  const RecordStatistics s = b.run();
  CHECK(s.slots == 90);
  CHECK(s.ended_by == EndedBy::duration);
  CHECK_FALSE(s.error);
  CHECK(s.duration_s == doctest::Approx(1.5));
  // A slot may lack a fresh picture only if the machine was late with the picture or with the slot.
  CHECK(s.fresh + s.late + s.unencoded + 2 * show.late() > 60);
  CHECK(s.backend == "x11");
  CHECK(s.output.name == "DP-1");
  CHECK(s.region == Rect{0, 0, 64, 48});
  CHECK(s.picture == Size{64, 48});
  REQUIRE(s.pacing_us);
  REQUIRE(s.latency_us);
  REQUIRE(s.files.size() == 1);
  CHECK(s.files[0].slots == 90);
  check_sums(s);

  // A machine that stalls may leave slots out, but never more than it says.
  CHECK(static_cast<std::int64_t>(b.writes().size()) == 90 - s.unencoded);
  CHECK(b.sinks.logs[0]->finished == 90);
  std::int64_t slot = -1;
  std::uint64_t sequence = 0;
  std::set<std::uint64_t> distinct;
  for (const Written& w : b.writes()) {
    CHECK(w.slot > slot);
    CHECK(w.desktop_sequence >= sequence);
    slot = w.slot;
    sequence = w.desktop_sequence;
    distinct.insert(sequence);
  }
  CHECK(slot == 89);
  CHECK(static_cast<std::int64_t>(distinct.size()) == s.fresh);
  CHECK(FakeSink::damage_was_enough);
}

TEST_CASE("a still screen: one fresh slot, all others repeat it and carry no damage") {
  Bench b;
  b.options.frames = 30;
  const RecordStatistics s = b.run();
  CHECK(s.slots == 30);
  CHECK(s.fresh == 1);
  CHECK(s.ended_by == EndedBy::frames);
  CHECK(s.fps_achieved > 20);
  CHECK(s.fps_achieved < 66);
  REQUIRE(b.writes().size() >= 2);
  CHECK(b.writes()[0].damage == Region(Rect{0, 0, 64, 48}));
  for (std::size_t i = 1; i < b.writes().size(); ++i) CHECK(b.writes()[i].damage.empty());
  CHECK(b.screen->pixels_read() == 64 * 48);
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

TEST_CASE("a faster screen is read once a slot") {
  Bench b;
  b.options.frames = 60;
  const Show show(b.screen, 600);
  const RecordStatistics s = b.run();
  CHECK(s.slots == 60);
  CHECK(s.fresh + s.late + s.unencoded > 40);
  CHECK(s.coalesced.value_or(0) > 200);
  // Each picture costs its damage and what the pool's pictures owe: far less than 600 reads.
  CHECK(b.screen->pixels_read() < std::int64_t{64} * 48 * 80);
  CHECK(FakeSink::damage_was_enough);
}

TEST_CASE("the pointer alone makes a slot, but no fresh one") {
  Bench b;
  b.options.cursor = true;
  b.options.frames = 60;
  std::jthread mouse([&](const std::stop_token& stop) {
    auto shape = std::make_shared<PointerShape>();
    shape->kind = PointerKind::straight_alpha;
    shape->size = {4, 4};
    shape->stride = 16;
    shape->pixels.assign(64, 0xFF);
    for (int x = 0; !stop.stop_requested(); ++x) {
      std::this_thread::sleep_for(10ms);
      b.screen->set_pointer({{x % 50, 20}, true, false, shape});
    }
  });
  const RecordStatistics s = b.run();
  CHECK(s.slots == 60);
  CHECK(s.fresh == 1);
  CHECK(s.pointer_only > 30);
  CHECK(FakeSink::damage_was_exact);
  check_sums(s);
}

TEST_CASE("a slow encoder lengthens samples and loses no slot") {
  Bench b;
  b.options.frames = 90;
  b.sinks.options.delay = 50ms;
  std::vector<Warning> told;
  b.hooks.warning = [&](const Warning& w) { told.push_back(w); };
  const Show show(b.screen, 60);
  const RecordStatistics s = b.run();
  CHECK(s.slots == 90);
  CHECK(s.unencoded > 30);
  CHECK(static_cast<std::int64_t>(b.writes().size()) == s.slots - s.unencoded);
  CHECK(b.writes().back().slot == 89);
  CHECK(b.sinks.logs[0]->finished == 90);
  CHECK(s.late > 0);
  REQUIRE(s.warnings.size() == 1);
  CHECK(s.warnings[0].code == "encoder_slow");
  CHECK(told.size() == 1);
  CHECK(FakeSink::damage_was_enough);
  check_sums(s);
}

TEST_CASE("a slow reader of raw video gets every slot") {
  for (const OnFull mode : {OnFull::drop, OnFull::wait}) {
    Bench b;
    b.options.frames = 60;
    b.options.on_full = mode;
    b.sinks.options.every_slot = true;
    b.sinks.options.delay = 25ms;
    const Show show(b.screen, 60);
    const RecordStatistics s = b.run();
    CHECK(s.slots == 60);
    CHECK(s.unencoded == 0);
    REQUIRE(b.writes().size() == 60);
    for (std::size_t i = 0; i < 60; ++i) CHECK(b.writes()[i].slot == static_cast<std::int64_t>(i));
    CHECK(s.late > 0);
    check_sums(s);
  }
}

TEST_CASE("production that is held back goes on with new pictures") {
  Bench b;
  b.options.frames = 60;
  b.options.on_full = OnFull::wait;
  b.sinks.options.every_slot = true;
  b.sinks.options.delay = 25ms;
  // The screen shows a new picture while the reader holds back, and it is read: however slow the
  // machine is, each slot after it can have it.
  b.sinks.options.before_write = [&](std::int64_t n) {
    if (n >= 45) return;
    b.screen->fill(Rect{0, 0, 8, 8}, static_cast<std::uint32_t>(n + 1));
    const std::int64_t read = b.screen->pixels_read();
    b.screen->present();
    const TimePoint patience = now() + 10s;
    while (b.screen->pixels_read() == read && now() < patience) std::this_thread::sleep_for(1ms);
  };
  const RecordStatistics s = b.run();
  CHECK(s.slots == 60);
  CHECK(s.unencoded == 0);
  CHECK(s.fresh > 35);
  check_sums(s);
}

TEST_CASE("slots repeat while the source is lost, and it comes back") {
  Bench b;
  b.options.frames = 90;
  const Show show(b.screen, 60);
  std::jthread fault([&] {
    std::this_thread::sleep_for(700ms);
    b.screen->set_presence(Presence::absent);
    b.screen->lose("0x887A0026", "access lost");
    std::this_thread::sleep_for(300ms);
    b.screen->set_presence(Presence::here);
  });
  const RecordStatistics s = b.run();
  CHECK(s.slots == 90);
  CHECK(s.ended_by == EndedBy::frames);
  REQUIRE(s.recoveries.size() == 1);
  CHECK(s.recoveries[0].native_code == "0x887A0026");
  CHECK(s.recoveries[0].took > 100ms);
  CHECK(s.repeated > 5);
  CHECK(FakeSink::damage_was_enough);
}

TEST_CASE("a change of size, by --on-resize") {
  Bench b;
  b.options.frames = 70;
  const Show show(b.screen, 60);
  std::jthread fault([&] {
    std::this_thread::sleep_for(600ms);
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
  CHECK(FakeSink::damage_was_enough);
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
  b.options.frames = 40;
  std::vector<Progress> told;
  b.hooks.progress = [&](const Progress& p) { told.push_back(p); };
  b.run();
  REQUIRE(told.size() >= 2);
  CHECK(told.back().slots > told.front().slots);
  CHECK(told.back().slots == told.back().fresh + told.back().repeated);
}
