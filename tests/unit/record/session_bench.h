// What tests of whole sessions share: a scripted screen, fake sinks, and options for them.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fake_sink.h"
#include "record/session.h"
#include "support/fake_source.h"

namespace rustcam::test {

/// A screen that shows a new picture `hz` times a second while it lives, as far as the machine lets
/// it.
class Show {
 public:
  Show(std::shared_ptr<FakeScreen> screen, double hz) : screen_(std::move(screen)), hz_(hz) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      const TimePoint begun = now();
      for (std::uint32_t n = 1; !stop.stop_requested(); ++n) {
        const TimePoint due = begun + from_s(n / hz_);
        std::this_thread::sleep_until(due);
        if (now() - due > from_s(0.5 / hz_)) ++late_;
        screen_->fill(Rect{0, 0, 4, 4}, n);
        screen_->fill(Rect{static_cast<int>(n % 30), 10, static_cast<int>(n % 30) + 5, 20}, n * 7);
        screen_->present();
      }
    });
  }

  /// How many pictures came more than half a period late: on a busy machine, some do.
  std::int64_t late() const noexcept { return late_; }

 private:
  std::shared_ptr<FakeScreen> screen_;
  double hz_;
  std::atomic<std::int64_t> late_{0};
  std::jthread thread_;
};

struct Bench {
  FakeDesktop desktop;
  std::shared_ptr<FakeScreen> screen = desktop.add("DP-1", Rect{0, 0, 64, 48});
  FakeSinks sinks;
  RecordOptions options;
  SessionHooks hooks;

  Bench() {
    FakeSink::damage_was_exact = true;
    FakeSink::damage_was_enough = true;
    options.selection.backend = &fake_backend();
    options.selection.session = session_of(*screen);
    options.selection.target = screen->target();
    options.plan.request.path = "/nowhere/out.mp4";
    options.plan.container = "mp4";
    options.plan.encoders = {"h264_nvenc"};
    options.plan.fps = {60, 1};
    options.cursor = false;
  }
  RecordStatistics run() { return record(options, hooks, sinks.factory()); }
  const std::vector<Written>& writes(std::size_t file = 0) { return sinks.logs.at(file)->writes; }
};

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
