// What tests of whole sessions share: a scripted screen, fake sinks, a clock that is played, and
// options for them.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "fake_sink.h"
#include "media/container.h"
#include "platform/worker.h"
#include "record/session.h"
#include "support/fake_desktop.h"
#include "support/simulated_clock.h"

namespace rustcam::test {

struct Bench {
  SimulatedClock clock;
  FakeDesktop desktop;
  std::shared_ptr<FakeScreen> screen = desktop.add("DP-1", Rect{0, 0, 64, 48});
  FakeSinks sinks;
  RecordOptions options;
  SessionHooks hooks;

  Bench() {
    FakeSink::damage_was_exact = true;
    FakeSink::damage_was_enough = true;
    screen->use(clock);
    sinks.options.clock = &clock;
    options.selection.backend = &fake_backend();
    options.selection.session = session_of(*screen);
    options.selection.target = screen->target();
    options.plan.request.path = "/nowhere/out.mp4";
    options.plan.container = container_by_name("mp4");
    options.plan.encoders = {"h264_nvenc"};
    options.plan.fps = {60, 1};
    options.cursor = false;
  }
  RecordStatistics run() { return record(options, hooks, sinks.factory(), clock); }
  const std::vector<Written>& writes(std::size_t file = 0) { return sinks.logs.at(file)->writes; }
};

/// Something that happens beside a recording, on a thread of its own, until it goes.
class Beside {
 public:
  Beside(SimulatedClock& clock, std::function<void(const std::stop_token&)> work)
      : worker_(clock, [this, work = std::move(work)] { work(end_.get_token()); }) {}
  ~Beside() { end_.request_stop(); }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

 private:
  std::stop_source end_;
  Worker worker_;
};

/// A screen that shows a new picture `hz` times a second while it lives, the first one `first` from
/// now, each up to `jitter` early or late.
class Show {
 public:
  Show(Bench& bench, double hz, Duration first = {}, Duration jitter = {})
      : beside_(bench.clock, [&bench, hz, first, jitter](const std::stop_token& stop) {
          const TimePoint begun = bench.clock.now() + first;
          std::uint32_t random = 1;
          for (std::uint32_t n = 0; !stop.stop_requested(); ++n) {
            random = random * 1664525 + 1013904223;
            const double part = static_cast<double>(random >> 8) / (1 << 23) - 1;  // -1 to 1
            const Duration off = from_s(part * to_s(jitter));
            if (!bench.clock.sleep_until(begun + from_s(n / hz) + off, stop)) return;
            bench.screen->fill(Rect{0, 0, 4, 4}, n);
            const int x = static_cast<int>(n % 30);
            bench.screen->fill(Rect{x, 10, x + 5, 20}, n * 7);
            bench.screen->present();
          }
        }) {}

 private:
  Beside beside_;
};

/// A source that goes away `after` so long, and comes back `away` later (nullopt: never).
class Loss {
 public:
  Loss(Bench& bench, Duration after, std::optional<Duration> away, const char* code = "",
       const char* text = "access lost")
      : beside_(bench.clock, [&bench, after, away, code, text](const std::stop_token& stop) {
          bench.clock.sleep_until(bench.clock.now() + after, stop);
          bench.screen->set_presence(Presence::absent);
          bench.screen->lose(code, text);
          if (!away) return;
          bench.clock.sleep_until(bench.clock.now() + *away, stop);
          bench.screen->set_presence(Presence::here);
        }) {}

 private:
  Beside beside_;
};

/// The number of the picture that a Show showed.
inline std::uint32_t shown(const Written& w) {
  return w.corner & 0xFFFFFFU;
}

inline void check_sums(const RecordStatistics& s) {
  CHECK(s.slots == s.fresh + s.repeated);
  CHECK(s.pointer_only <= s.repeated);
  CHECK(s.unencoded <= s.repeated);
}

inline std::string temporary_file(const char* name) {
  return (std::filesystem::temp_directory_path() /
          (std::string("rustcam-") + name + std::to_string(now().time_since_epoch().count())))
      .string();
}

}  // namespace rustcam::test
