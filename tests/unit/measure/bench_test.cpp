#include "measure/bench.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "measure/fingerprint_worker.h"
#include "measure/stimulus_process.h"
#include "measure/warnings.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {

BenchPlan plan(const std::string& output) {
  BenchPlan p;
  TargetRequest request;
  request.backend = "virtual";
  request.output = output;
  p.run.selection = select_target(request);
  p.run.warmup = 100ms;
  p.run.duration = 1s;
  p.run.rate = {60, 1};
  p.modes = {BenchMode::grab};
  p.pointers = {true};
  p.repeat = 1;
  return p;
}

BenchResult run(const BenchPlan& p, const std::stop_token& stop = {}) {
  return run_bench(p, stop, [](BenchMode, bool, int, int) {});
}

RunResult with_rate(double valid_fps) {
  RunResult r;
  r.tally.valid_fps = valid_fps;
  r.tally.fingerprinted_pct = 100;
  return r;
}

bool has(const std::vector<Warning>& warnings, const std::string& code) {
  for (const Warning& w : warnings)
    if (w.code == code) return true;
  return false;
}

}  // namespace

TEST_CASE("the median run is the one in the middle, the lower of two") {
  CHECK(median_run({with_rate(5)}).tally.valid_fps == 5);
  CHECK(median_run({with_rate(9), with_rate(1)}).tally.valid_fps == 1);
  CHECK(median_run({with_rate(9), with_rate(1), with_rate(4)}).tally.valid_fps == 4);
  CHECK(median_run({with_rate(9), with_rate(1), with_rate(4), with_rate(7)}).tally.valid_fps == 4);
}

TEST_CASE("a virtual screen is its own stimulus") {
  const BenchResult result = run(plan("flip_demo@320x240@50"));
  CHECK(result.stimulus.name == "flip_demo");
  CHECK(result.stimulus.hz.value() == doctest::Approx(50));
  CHECK(result.stimulus.presented_fps.value() == doctest::Approx(50).epsilon(0.1));
  REQUIRE(result.runs.size() == 1);
  const Tally& t = result.runs[0].tally;
  CHECK(t.valid_fps > 0);
  CHECK(t.valid_fps < 55);
  CHECK(t.changed_pct.value() == doctest::Approx(100));
  CHECK(t.unique_fps.value() == doctest::Approx(t.valid_fps));
  CHECK(t.counted_pct.value() == doctest::Approx(100));
  CHECK(result.runs[0].call_fps >= t.valid_fps);
}

TEST_CASE("a screen that presents each picture twice is exposed") {
  const Tally t = run(plan("mover@320x240@50,repeat=2")).runs.at(0).tally;
  // What the machine is too slow to take makes neighbours differ more often, never less.
  CHECK(t.changed_pct.value() >= 45);
  CHECK(t.changed_pct.value() <= 80);
  CHECK(t.unique_fps.value() <= 26.1);
  CHECK(t.missed_pct.value() >= 48);
}

TEST_CASE("a screen that loses every tenth frame is exposed") {
  const Tally t = run(plan("mover@320x240@50,drop=10")).runs.at(0).tally;
  CHECK(t.missed_pct.value() >= 7.9);
  CHECK(t.changed_pct.value() == doctest::Approx(100));
}

TEST_CASE("every mode, with and without the pointer; textures only if there are some") {
  BenchPlan p = plan("mover@320x240@60,pointer=color");
  p.modes = {BenchMode::grab, BenchMode::latest, BenchMode::frames, BenchMode::record,
             BenchMode::gpu};
  p.all_modes = true;
  p.pointers = {true, false};
  p.run.duration = 300ms;
  p.repeat = 2;
  const BenchResult result = run(p);
  CHECK(result.runs.size() == 16);
  REQUIRE(result.median.size() == 8);
  CHECK(result.median[0].mode == BenchMode::grab);
  CHECK(result.median[0].pointer);
  CHECK_FALSE(result.median[1].pointer);
  CHECK(result.median[5].mode == BenchMode::frames);
  CHECK(result.median[7].mode == BenchMode::record);
  for (const RunResult& r : result.runs) CHECK(r.tally.valid_fps > 0);
  CHECK_FALSE(result.interrupted);
}

TEST_CASE("slots come at their rate, however slow the screen is") {
  for (const BenchMode mode : {BenchMode::frames, BenchMode::record}) {
    BenchPlan p = plan("mover@320x240@10");
    p.modes = {mode};
    const Tally t = run(p).runs.at(0).tally;
    // Six times what the screen shows; a machine that stalls shifts slots into or out of the
    // counted time.
    CHECK(t.valid_fps > 30);
    CHECK(t.valid_fps < 120);
    CHECK(t.unique_fps.value() <= 12);
  }
}

TEST_CASE("a recording that cannot begin says why") {
  BenchPlan p = plan("mover@320x240@60,loss=0+600");
  p.modes = {BenchMode::record};
  p.run.timeout = 50ms;
  CHECK_THROWS_AS(run(p), CaptureError);
}

TEST_CASE("a pointer that moves makes no new frames out of an old desktop") {
  for (const BenchMode mode :
       {BenchMode::grab, BenchMode::latest, BenchMode::frames, BenchMode::record}) {
    BenchPlan p = plan("mover@320x240@10,pointer=color,pointer_hz=200");
    p.modes = {mode};
    const BenchResult result = run(p);
    const Tally& t = result.runs.at(0).tally;
    CHECK(t.unique_fps.value() <= 12);
    if (is_paced(mode)) {
      if (result.runs[0].late_wake_pct > 5) {
        MESSAGE("too busy a machine to tell how many slots it keeps");
        continue;
      }
      CHECK(t.valid_fps > 30);
      CHECK(t.valid_fps < 120);
      CHECK(t.changed_pct.value() <= 40);
    } else {
      CHECK(t.valid_fps <= 12);
    }
  }
}

TEST_CASE("a slot that would come after the end of the run is not waited for") {
  for (const BenchMode mode : {BenchMode::frames, BenchMode::record}) {
    BenchPlan p = plan("mover@320x240@10");
    p.modes = {mode};
    p.run.rate = {1, 1000};
    const TimePoint begun = now();
    CHECK(run(p).runs.size() == 1);
    CHECK(now() - begun < 60s);
  }
}

TEST_CASE("a screen that stands still gives one frame at most, and a warning says so") {
  const BenchResult result = run(plan("static@320x240@60"));
  CHECK(result.runs.at(0).tally.valid_fps <= 1);
  CHECK(has(result.warnings, "no_frames"));
  CHECK_FALSE(result.runs[0].tally.missed_pct.has_value());
}

TEST_CASE("a stop request ends every mode soon, and the run that it hit does not count") {
  for (const BenchMode mode :
       {BenchMode::grab, BenchMode::latest, BenchMode::frames, BenchMode::record}) {
    BenchPlan p = plan("mover@320x240@60");
    p.modes = {mode};
    p.run.duration = 600s;
    std::stop_source stop;
    const std::jthread asker([&stop] {
      std::this_thread::sleep_for(300ms);
      stop.request_stop();
    });
    const TimePoint begun = now();
    const BenchResult result = run(p, stop.get_token());
    CHECK(now() - begun < 60s);
    CHECK(result.interrupted);
    CHECK(result.runs.empty());
    CHECK(result.median.empty());
  }
}

TEST_CASE("textures are refused if there are none") {
  BenchPlan p = plan("mover@320x240@60");
  p.modes = {BenchMode::gpu};
  CHECK_THROWS_AS(run(p), CaptureError);
}

TEST_CASE("fingerprints are those of the pictures, by index") {
  FingerprintWorker worker(FingerprintKind::full);
  std::vector<Frame> frames;
  for (int i = 0; i < 3; ++i) {
    Image image(PixelFormat::bgra, {64, 64});
    for (std::int32_t y = 0; y < 64; ++y)
      for (std::int32_t x = 0; x < 256; ++x)
        image.view().row(y)[x] = static_cast<std::uint8_t>(i == 2 ? 0 : i);
    Frame frame;
    frame.picture = std::make_shared<const Picture>(std::move(image));
    frames.push_back(frame);
    worker.offer(frame, static_cast<std::size_t>(i));
  }
  const auto prints = worker.finish();
  REQUIRE(prints.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(prints[i].first == i);
    CHECK(prints[i].second == fingerprint(frames[i].view(), FingerprintKind::full));
  }
  CHECK(prints[0].second == prints[2].second);
  CHECK(prints[0].second != prints[1].second);
}

TEST_CASE("a worker that cannot keep up leaves frames out, and holds few") {
  FingerprintWorker worker(FingerprintKind::full);
  Image image(PixelFormat::bgra, {4096, 4096});
  for (std::int32_t y = 0; y < 4096; ++y)
    std::fill_n(image.view().row(y), 4096 * 4, std::uint8_t{7});
  Frame frame;
  frame.picture = std::make_shared<const Picture>(std::move(image));
  for (std::size_t i = 0; i < 100; ++i) {
    worker.offer(frame, i);
    CHECK(frame.picture.use_count() <= 7);
  }
  const auto prints = worker.finish();
  CHECK(prints.size() >= 4);
  CHECK(prints.size() < 100);
  for (std::size_t i = 0; i < 4; ++i) CHECK(prints[i].first == i);
}

TEST_CASE("what disturbed a run is told once, with the worst run and what to do") {
  RunResult good = with_rate(180);
  good.tally.presented_fps = 180;
  good.tally.counted_pct = 100;
  good.tally.changed_pct = 100;
  CHECK(run_warnings({good, good}, {180, {}}).empty());
  CHECK(run_warnings({good, good}, {180, 180}).empty());

  RunResult slow = good;
  slow.tally.presented_fps = 151;
  RunResult slower = good;
  slower.tally.presented_fps = 120;
  const auto warnings = run_warnings({good, slow, slower}, {180, {}});
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].code == "stimulus_slow");
  CHECK(warnings[0].text ==
        "grab, pointer on, 2 of 3 runs: the stimulus showed only 120.0 of 180.0 frames a second");
  CHECK_FALSE(warnings[0].hint.empty());

  RunResult busy = good;
  busy.late_wake_pct = 12;
  CHECK(has(run_warnings({busy}, {180, {}}), "machine_busy"));
  RunResult part = good;
  part.tally.fingerprinted_pct = 40;
  CHECK(has(run_warnings({part}, {180, {}}), "fingerprint_share"));
  RunResult again = good;
  again.tally.changed_pct = 50;
  CHECK(has(run_warnings({again}, {180, {}}), "repeated_pictures"));
  again.mode = BenchMode::frames;
  CHECK_FALSE(has(run_warnings({again}, {180, {}}), "repeated_pictures"));
  RunResult torn = good;
  torn.tally.unique_fps = 250;
  CHECK(has(run_warnings({torn}, {180, {}}), "half_drawn"));
  torn.mode = BenchMode::frames;
  CHECK_FALSE(has(run_warnings({torn}, {180, {}}), "half_drawn"));
  RunResult covered = good;
  covered.tally.counted_pct = 10;
  CHECK(has(run_warnings({covered}, {180, {}}), "counter_unread"));
  CHECK(has(run_warnings({covered}, {}), "counter_unread"));
  covered.tally.counted_pct = 0;
  CHECK(has(run_warnings({covered}, {180, {}}), "counter_unread"));
  CHECK_FALSE(has(run_warnings({covered}, {}), "counter_unread"));
  RunResult limited = good;
  limited.tally.valid_fps = 60;
  CHECK(has(run_warnings({limited}, {180, 60}), "above_refresh"));
}

TEST_CASE("the rate in a stimulus's document") {
  CHECK(presented_fps(R"({"presented_fps": 179.9})").value() == doctest::Approx(179.9));
  CHECK_FALSE(presented_fps(R"({"presented_fps": null})").has_value());
  CHECK_FALSE(presented_fps("").has_value());
  CHECK_FALSE(presented_fps("[1]").has_value());
  CHECK_FALSE(presented_fps("{").has_value());
}
