// What happens to sources while they are recorded.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "audio/sound_recorder.h"
#include "base/error.h"
#include "platform/abandoned.h"
#include "platform/worker.h"
#include "scripted_sound.h"
#include "sound_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

/// Opening hangs until it is let go, as a call into a system does.
class HangingSound final : public SoundBackend {
 public:
  HangingSound() noexcept : SoundBackend("hanging") {}
  std::string reason_against() const override { return {}; }
  std::vector<SoundDevice> devices() const override { return {}; }
  std::unique_ptr<SoundSource> open(const SoundTarget&, const SoundOptions&, bool) const override {
    let_go_.wait(false);
    throw DeviceError("it hung");
  }
  void let_go() {
    let_go_ = true;
    let_go_.notify_all();
  }

 private:
  std::atomic<bool> let_go_{false};
};

/// A recorder of scripted devices; slot 0 is second 1 of their signal.
struct ScriptedBench : SoundBench {
  ScriptedSound sound;

  explicit ScriptedBench(const std::string& mix) : SoundBench(mix) {
    options.backend_of = [this](const SoundTarget&) -> const SoundBackend& { return sound; };
    for (const SoundTarget& source : options.mix.sources)
      sound.scripts[source.name] = std::make_shared<SoundScript>();
  }
  SoundScript& script(const char* name) { return *sound.scripts.at(name); }
};

std::vector<int> whole(const std::vector<double>& seconds, double within_s = 2e-3) {
  std::vector<int> found;
  for (const double second : seconds) {
    CAPTURE(second);
    CHECK(std::abs(second - std::round(second)) < within_s);
    found.push_back(static_cast<int>(std::round(second)));
  }
  return found;
}

bool within(double t, double from, double to) {
  return from <= t && t < to;
}

}  // namespace

// Catches: a source that is not opened again, or by its count instead of the time; silence that is
// not counted; a loss that is counted twice.
TEST_CASE("a device that vanishes for 3 s is silence, and stands in its place when it is back") {
  for (const std::string how : {"lost", "dead", "unknown"}) {
    CAPTURE(how);
    ScriptedBench bench("a");
    bench.script("a").device = virtual_sound::parse_device("clap,ppm=300,jitter=3");
    bench.script("a").fails = [&](double t) {
      if (!within(t, 4.7, 7.8)) return std::string();
      return how == "unknown" && t < 5 ? "lost" : how;
    };
    CHECK(whole(bursts(bench.record(10.5))) == std::vector<int>{0, 1, 2, 3, 8, 9, 10});
    CHECK(bench.statistics.reconnects == 1);
    CHECK(bench.statistics.silence_s > 3);
    CHECK(bench.statistics.silence_s < 4.2);
    CHECK(bench.statistics.device == "clap,ppm=300,jitter=30");
    // At once, then at growing pauses up to a second: not a thousand times.
    CHECK(bench.script("a").openings >= 5);
    CHECK(bench.script("a").openings <= 9);
  }
}

// Catches: loss= of the built-in devices that begins anew with each opening.
TEST_CASE("the built-in device goes away and comes back as its name asks") {
  SoundBench bench("clap,loss=3.5+2,ppm=-200");
  CHECK(whole(bursts(bench.record(8.5))) == std::vector<int>{0, 1, 2, 5, 6, 7, 8});
  CHECK(bench.statistics.reconnects == 1);
}

// Catches: a change of the default that is taken for a loss (a pause of 0.1 s), or is not followed.
TEST_CASE("when the default changes, it is opened again at once") {
  ScriptedBench bench("a");
  bench.script("a").moves = {3.5, 6.4};
  CHECK(whole(bursts(bench.record(8.5))) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(bench.statistics.reconnects == 2);
  CHECK(bench.statistics.device == "clap2");
  CHECK(bench.statistics.silence_s < 0.05);
}

// Catches: a track that begins when its source does, or that waits for it.
TEST_CASE("a source that is silent for the first 5 s begins in its place") {
  ScriptedBench bench("a|b");
  bench.script("a").silent = [](double t) { return t < 6.5; };
  bench.script("a").device = virtual_sound::parse_device("clap,jitter=5");
  bench.script("b").heard = [](double) { return 0.0F; };
  CHECK(whole(bursts(bench.record(9.5)), 3e-3) == std::vector<int>{6, 7, 8, 9});
  CHECK(bench.statistics.silence_s == 0);  // the other one was there
}

// Catches: an end that waits for ever for the sound of a device whose driver does not return.
TEST_CASE("a call that hangs while it is recorded holds the sound up for seconds only") {
  ScriptedBench bench("a|b");
  bench.script("a").device = virtual_sound::parse_device("clap");
  bench.script("a").hangs_at = 4.5;
  bench.script("a").hangs_for = 20;
  bench.script("b").heard = [](double) { return 0.1F; };
  SoundRecorder recorder(bench.options, bench.clock);
  bench.clock.sleep_until(bench.zero + 1s);
  recorder.begin(bench.zero + 1s);
  CHECK(whole(bursts(bench.read(recorder, 6))) == std::vector<int>{0, 1, 2, 3});
  CHECK(bench.clock.now() - bench.zero < 10s);
  CHECK(recorder.statistics().away);
  // When it returns, what it brings is in its place again.
  CHECK(whole(bursts(bench.read(recorder, 20.5, 6))).back() == 20);
  CHECK_FALSE(recorder.statistics().away);
}

// Catches: others that wait for a source that sends nothing, for more than about half a second.
TEST_CASE("a source that sends nothing, or is away, holds nobody up") {
  for (const bool away : {false, true}) {
    CAPTURE(away);
    ScriptedBench bench("a|b");
    bench.script("a").silent = [](double t) { return t > 2.5; };
    if (away) bench.script("a").fails = [](double t) { return t > 2.5 ? "dead" : ""; };
    bench.script("b").device = virtual_sound::parse_device("clap");
    SoundRecorder recorder(bench.options, bench.clock);
    bench.clock.sleep_until(bench.zero + 1s);
    recorder.begin(bench.zero + 1s);
    double longest_s = 0;
    std::vector<float> piece(sound_rate / 50 * sound_channels);
    for (int n = 0; n < 300; ++n) {
      recorder.feed().read(n * sound_rate / 50, piece);
      longest_s = std::max(longest_s, to_s(bench.clock.now() - bench.zero) - 1 - (n + 1) / 50.0);
    }
    CHECK(longest_s > 0.3);  // it might have come yet
    CHECK(longest_s < 0.6);
    const SoundTime known = recorder.feed().available();
    CHECK(known <= (to_s(bench.clock.now() - bench.zero) - 1) * sound_rate);
    bench.clock.sleep_until(bench.clock.now() + 1s);
    CHECK(std::abs(static_cast<double>(recorder.feed().available() - known) - sound_rate) < 5000);
  }
}

// Catches: silence for what the device still has, because time has passed while we could not read.
TEST_CASE("when the whole program is stopped for 2 s, nothing is lost") {
  ScriptedBench bench("a|b");
  bench.script("a").device = virtual_sound::parse_device("clap,ppm=200,jitter=3");
  bench.script("b").device = virtual_sound::parse_device("clap,ppm=-200,jitter=3");
  // What was made meanwhile reaches us only a while after we go on.
  for (const char* name : {"a", "b"})
    bench.script(name).delay = [](double t) { return within(t, 4.2, 6.31) ? 6.41 - t : 0.01; };
  Worker stop(bench.clock, [&] {
    bench.clock.sleep_until(bench.zero + 4300ms);
    bench.clock.wake_late_by(2s);
    bench.clock.sleep_until(bench.clock.now() + 1ms);
    bench.clock.wake_late_by({});
  });
  CHECK(whole(bursts(bench.record(8.5))) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(bench.statistics.silence_s == 0);
  CHECK(bench.statistics.jumps == 0);
}

// Catches: late sound that is put behind the silence it came too late for.
TEST_CASE(
    "when a server stalls for 3 s, what comes too late is cut, and the rest is in its place") {
  ScriptedBench bench("a");
  bench.script("a").delay = [](double t) { return within(t, 4.4, 7.8) ? 7.8 - t : 0.01; };
  const std::vector<int> found = whole(bursts(bench.record(9.5)));
  CHECK(found == std::vector<int>{0, 1, 2, 3, 7, 8, 9});
  CHECK(bench.statistics.silence_s > 2.5);
  CHECK(bench.statistics.silence_s < 3.1);
  CHECK(bench.statistics.reconnects == 0);
}

// Catches: a device whose sound always comes late (Bluetooth) and is taken for silent.
TEST_CASE("sound that always comes late is waited for") {
  ScriptedBench bench("a");
  // And nearly half a second at a time.
  bench.script("a").delay = [](double t) { return 0.9 + 0.45 * std::ceil(t / 0.45) - t; };
  CHECK(whole(bursts(bench.record(5.5))) == std::vector<int>{0, 1, 2, 3, 4, 5});
  CHECK(bench.statistics.silence_s == 0);
}

// Catches: what is held to be judged, and is forgotten when no more comes.
TEST_CASE("short sounds of a source that is silent between them stand in their places") {
  ScriptedBench bench("a");
  bench.script("a").silent = [](double t) { return std::abs(t - std::round(t)) > 0.021; };
  CHECK(whole(bursts(bench.record(5.5))) == std::vector<int>{0, 1, 2, 3, 4, 5});
  CHECK(bench.statistics.silence_s > 5);
}

// Catches: a recording that begins before a server sends anything, or never.
TEST_CASE("a recording can wait for its sources to run") {
  ScriptedBench bench("a|b");
  bench.script("a").silent = [](double t) { return t < 0.9; };
  bench.script("b").silent = [](double t) { return t > 5; };
  {
    SoundRecorder recorder(bench.options, bench.clock);
    recorder.wait_until_running(bench.zero + 3s);
    CHECK(bench.clock.now() > bench.zero + 1050ms);
    CHECK(bench.clock.now() < bench.zero + 1200ms);
  }
  bench.clock.sleep_until(bench.zero + 6s);
  SoundRecorder recorder(bench.options, bench.clock);
  recorder.wait_until_running(bench.zero + 8s);
  CHECK(bench.clock.now() == bench.zero + 8s);
}

// Catches: opening that fails without a word, or leaves the others' threads behind.
TEST_CASE("what cannot be opened is told, and whatever is open is closed again") {
  ScriptedBench bench("a|b|c");
  bench.script("b").fails = [](double) { return "unknown"; };
  CHECK_THROWS_AS(SoundRecorder(bench.options, bench.clock), UsageError);
  bench.script("b").fails = [](double) { return "dead"; };
  CHECK_THROWS_AS(SoundRecorder(bench.options, bench.clock), DeviceError);
}

// Catches: an end that waits for a second's pause, or for the next sound.
TEST_CASE("it ends soon, whatever its sources do") {
  for (const std::string what : {"silent", "slow", "away"}) {
    CAPTURE(what);
    ScriptedBench bench("a");
    SoundScript& script = bench.script("a");
    script.silent = [&](double) { return what == "silent"; };
    script.slow_to_stop = what == "slow";
    script.delay = [&](double) { return what == "slow" ? 9 : 0.01; };
    script.fails = [&](double t) { return what == "away" && t > 1 ? "lost" : ""; };
    TimePoint ended{};
    {
      SoundRecorder recorder(bench.options, bench.clock);
      bench.clock.sleep_until(bench.zero + 7s);
      ended = bench.clock.now();
    }
    CHECK(bench.clock.now() - ended <= 60ms);
  }
}

// Catches: a source that never comes back, of which nothing is told.
TEST_CASE("a source that is lost for good is told") {
  ScriptedBench bench("a");
  bench.script("a").fails = [](double t) { return t > 3.5 ? "dead" : ""; };
  static_cast<void>(bench.record(5));
  CHECK(bench.statistics.away);
  CHECK(bench.statistics.reconnects == 0);
  ScriptedBench well("a");
  static_cast<void>(well.record(1));
  CHECK_FALSE(well.statistics.away);
}

// Catches: an end that nobody asks for while a device is opened, and a thread that is waited for
// though it hangs.
TEST_CASE("whoever does not want it any more is not held by a call that hangs") {
  HangingSound hanging;
  SoundRecorderOptions options;
  options.mix = parse_sound("a");
  options.backend_of = [&](const SoundTarget&) -> const SoundBackend& { return hanging; };
  options.given_up = [asked = 0]() mutable { return ++asked > 2; };
  CHECK_THROWS_AS(SoundRecorder(options, machine_clock()), Interrupted);
  CHECK(any_abandoned());
  hanging.let_go();
  reclaim_abandoned();
}
