// Whole sessions on scripted screens and sinks: how they end, and what they leave.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/path_text.h"
#include "session_bench.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

TEST_CASE("a request to end: what was produced is written") {
  for (const EndedBy by : {EndedBy::signal, EndedBy::key}) {
    Bench b;
    std::int64_t seen = 0;
    b.hooks.progress = [&](const Progress& p) { seen = p.slots; };
    b.hooks.end_request = [&]() -> std::optional<EndedBy> {
      return seen > 0 ? std::optional(by) : std::nullopt;
    };
    const RecordStatistics s = b.run();
    CHECK(s.ended_by == by);
    CHECK(s.slots >= 1);
    CHECK(b.sinks.logs.back()->finished == s.slots);
    CHECK(b.sinks.logs.back()->writes.back().slot == s.slots - 1);
  }
}

TEST_CASE("an end requested during the countdown leaves nothing") {
  Bench b;
  b.options.delay = 30s;
  std::vector<int> told;
  b.hooks.countdown = [&](int left) { told.push_back(left); };
  b.hooks.end_request = [&]() -> std::optional<EndedBy> {
    return told.empty() ? std::nullopt : std::optional(EndedBy::signal);
  };
  const RecordStatistics s = b.run();
  CHECK(s.slots == 0);
  CHECK(s.started_at.empty());
  CHECK(s.ended_by == EndedBy::signal);
  CHECK(b.sinks.logs.empty());
  CHECK(told == std::vector<int>{30});
  CHECK(b.screen->openings() == 0);
}

TEST_CASE("the countdown is told second by second") {
  Bench b;
  b.options.delay = 1200ms;
  b.options.frames = 1;
  std::vector<int> told;
  b.hooks.countdown = [&](int left) { told.push_back(left); };
  CHECK(b.run().slots == 1);
  CHECK(told == std::vector<int>{2, 1});
}

TEST_CASE("a second request gives up what waits to be encoded") {
  Bench b;
  b.sinks.options.longest_gap = 1;
  b.sinks.options.delay = 400ms;
  std::atomic<bool> writing{false};
  b.sinks.options.before_write = [&](std::int64_t) { writing = true; };
  b.hooks.end_request = [&]() -> std::optional<EndedBy> {
    return writing ? std::optional(EndedBy::signal) : std::nullopt;
  };
  b.hooks.hurry = [] { return true; };
  const TimePoint begun = b.clock.now();
  const RecordStatistics s = b.run();
  CHECK(b.clock.now() - begun < 3s);
  CHECK(s.ended_by == EndedBy::signal);
  CHECK(s.slots == static_cast<std::int64_t>(b.writes().size()));
  CHECK(b.sinks.logs[0]->finished == s.slots);
}

TEST_CASE("a second request gives up what the encoder holds, and counts it") {
  Bench b;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool finishing = false;
  bool hurried = false;
  std::int64_t seen = 0;
  b.sinks.options.unencoded = 4;
  b.sinks.options.before_finish = [&] {
    std::unique_lock lock(mutex);
    finishing = true;
    b.clock.wait(lock, changed, {}, {}, [&] { return hurried; });
  };
  b.sinks.options.hurry = [&] {
    {
      const std::lock_guard lock(mutex);
      hurried = true;
    }
    changed.notify_all();
  };
  b.hooks.progress = [&](const Progress& p) { seen = p.slots; };
  b.hooks.end_request = [&]() -> std::optional<EndedBy> {
    return seen > 20 ? std::optional(EndedBy::signal) : std::nullopt;
  };
  b.hooks.hurry = [&] {
    const std::lock_guard lock(mutex);
    return finishing;
  };
  const Show show(b, 60);
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::signal);
  CHECK_FALSE(s.error);
  const auto written = static_cast<std::int64_t>(b.writes().size());
  CHECK(s.slots - s.unencoded == written - 4);
  CHECK(s.unencoded >= 4);
  CHECK(s.fresh <= written - 4);
  check_sums(s);
}

TEST_CASE("a reader who stops reading cannot keep a recording from ending") {
  Bench b;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool stuck = false;
  bool interrupted = false;
  b.sinks.options.longest_gap = 1;
  b.sinks.options.before_write = [&](std::int64_t n) {
    if (n < 3) return;
    std::unique_lock lock(mutex);
    stuck = true;
    b.clock.wait(lock, changed, {}, {}, [&] { return interrupted; });
    throw PipeClosed("interrupted");
  };
  b.sinks.options.interrupt = [&] {
    {
      const std::lock_guard lock(mutex);
      interrupted = true;
    }
    changed.notify_all();
  };
  b.hooks.end_request = [&]() -> std::optional<EndedBy> {
    const std::lock_guard lock(mutex);
    return stuck ? std::optional(EndedBy::signal) : std::nullopt;
  };
  SUBCASE("asked twice") {
    b.hooks.hurry = [] { return true; };
  }
  SUBCASE("asked once") {}
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::signal);
  CHECK_FALSE(s.error);
  CHECK(s.slots == 3);
}

TEST_CASE("a full disk, a closed pipe and a failed encoder keep what was written") {
  struct Case {
    std::function<void()> fail;
    EndedBy by;
    bool error;
  };
  const Case cases[] = {
      {[] { throw DiskFull("the disk is full", "ENOSPC"); }, EndedBy::disk_full, true},
      {[] { throw PipeClosed("the reader left", "EPIPE"); }, EndedBy::pipe_closed, false},
      {[] { throw MediaError("the encoder failed"); }, EndedBy::error, true}};
  for (const Case& c : cases) {
    Bench b;
    b.options.frames = 1000;
    b.sinks.options.before_write = [&](std::int64_t n) {
      if (n == 12) c.fail();
    };
    const RecordStatistics s = b.run();
    CHECK(s.ended_by == c.by);
    CHECK(s.error.has_value() == c.error);
    CHECK(s.slots == 12);
    CHECK(b.sinks.logs.size() == 1);
    CHECK(b.sinks.logs[0]->writes.size() == 12);
    CHECK(b.sinks.logs[0]->finished == s.slots);
    check_sums(s);
  }
}

TEST_CASE("if not even slot 0 could be written, statistics come and no file stays") {
  Bench b;
  const std::string path = temporary_file("empty.mp4");
  std::ofstream(path) << "head";
  b.options.plan.request.path = path;
  b.sinks.options.before_write = [](std::int64_t) { throw DiskFull("the disk is full", "ENOSPC"); };
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::disk_full);
  CHECK(s.slots == 0);
  CHECK_FALSE(s.started_at.empty());
  CHECK(s.files.empty());
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("statistics and time stamps tell what the file kept, not what it was given") {
  Bench b;
  const std::string stamps = temporary_file("kept.jsonl");
  b.options.timestamps_path = stamps;
  b.options.force = true;
  b.options.frames = 40;
  b.sinks.options.lost = 15;
  b.sinks.options.longest_gap = 1;
  b.sinks.options.before_finish = [] { throw DiskFull("no room for the end", "ENOSPC"); };
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::disk_full);
  CHECK(s.slots == 25);
  CHECK(s.samples == 25);
  CHECK(s.duration_s == doctest::Approx(25.0 / 60));
  check_sums(s);
  std::ifstream lines(stamps);
  std::int64_t n = 0;
  for (std::string line; std::getline(lines, line); ++n)
    CHECK(line.find("{\"n\":" + std::to_string(n) + ",") == 0);
  CHECK(n == 25);
  lines.close();  // Windows removes no file that is open
  std::filesystem::remove(stamps);
}

TEST_CASE("a file that cannot be finished before the next one ends the recording") {
  Bench b;
  b.options.on_resize = OnResize::split;
  b.options.frames = 1000;
  b.sinks.options.before_finish = [] { throw MediaError("input/output error", "EIO"); };
  std::atomic<bool> begun{false};
  b.sinks.options.before_write = [&](std::int64_t n) { begun = n > 5; };
  const Beside change(b.clock, [&](const std::stop_token& stop) {
    while (!begun && !stop.stop_requested()) b.clock.sleep_until(b.clock.now() + 10ms, stop);
    b.screen->resize({32, 24});
  });
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::error);
  CHECK(s.error == "input/output error");
  CHECK(b.sinks.logs.size() == 1);
  CHECK(s.slots == static_cast<std::int64_t>(b.writes().back().slot) + 1);
  check_sums(s);
}

TEST_CASE("a file that cannot be finished is told, whatever ended the recording") {
  Bench b;
  b.options.frames = 5;
  b.sinks.options.before_finish = [] { throw DiskFull("no room for the index", "ENOSPC"); };
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::disk_full);
  CHECK(s.error == "no room for the index");
}

TEST_CASE("a hardware encoder that fails hands over to x264 in a numbered file") {
  Bench b;
  const std::string path = temporary_file("fallback.mp4");
  std::ofstream(path) << "first";
  b.options.plan.request.path = path;
  b.options.frames = 40;
  b.sinks.options.hardware = true;
  b.sinks.options.hand_over = [](std::int64_t slots) { return Handover{slots, {}, 0}; };
  b.sinks.options.before_write = [](std::int64_t n) {
    if (n == 15) throw MediaError("the device was removed");
  };
  b.sinks.later = FakeSinkOptions{};
  const RecordStatistics s = b.run();
  std::filesystem::remove(path);
  CHECK(s.ended_by == EndedBy::frames);
  CHECK(s.slots == 40);
  REQUIRE(b.sinks.logs.size() == 2);
  CHECK(b.sinks.logs[0]->finished == 15);
  CHECK(b.sinks.logs[1]->encoder == "libx264");
  CHECK(b.sinks.logs[1]->path == insert_before_ending(path, "2"));
  CHECK(b.sinks.logs[1]->finished == 25);
  CHECK(b.writes(1).front().slot == 0);
  CHECK(b.writes(1).front().damage == Region(Rect{0, 0, 64, 48}));
  REQUIRE(s.files.size() == 2);
  CHECK(s.files[0].slots + s.files[1].slots == 40);
  CHECK(s.encoder.name == "libx264");
  REQUIRE(s.encoder.tried.size() == 1);
  CHECK(s.encoder.tried[0].name == "h264_nvenc");
  REQUIRE(s.warnings.size() == 1);
  CHECK(s.warnings[0].code == "encoder_failed");
}

TEST_CASE("--max-size ends before the file is larger") {
  Bench b;
  b.options.max_bytes = 20'500;
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::size);
  CHECK(s.slots == 20);
  CHECK(s.files[0].bytes <= 20'500);
}

TEST_CASE("--max-size is of all files together") {
  Bench b;
  b.options.on_resize = OnResize::split;
  b.options.max_bytes = 20'500;
  std::atomic<bool> begun{false};
  b.sinks.options.before_write = [&](std::int64_t n) { begun = n > 5; };
  const Beside change(b.clock, [&](const std::stop_token& stop) {
    while (!begun && !stop.stop_requested()) b.clock.sleep_until(b.clock.now() + 1ms, stop);
    b.screen->resize({32, 24});
  });
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::size);
  REQUIRE(s.files.size() == 2);
  CHECK(s.files[0].bytes + s.files[1].bytes == 20'000);
  CHECK(s.warnings.empty());
  check_sums(s);
}

TEST_CASE("a picture larger than --max-size is told") {
  Bench b;
  b.options.max_bytes = 400;
  const RecordStatistics s = b.run();
  CHECK(s.ended_by == EndedBy::size);
  CHECK(s.slots == 1);
  REQUIRE(s.warnings.size() == 1);
  CHECK(s.warnings[0].code == "max_size_exceeded");
}

TEST_CASE("no frame in time: an error, and no file") {
  Bench b;
  b.options.timeout = 50ms;
  b.screen->fail_next_acquire_with_device_error();
  b.screen->set_presence(Presence::here);
  SUBCASE("the screen goes away for good") {
    b.options.reopen_on_loss = false;
    CHECK_THROWS_AS(b.run(), CaptureError);
  }
  SUBCASE("it cannot be opened") {
    b.screen->set_presence(Presence::refused);
    CHECK_THROWS_AS(b.run(), DuplicationError);
  }
  CHECK(b.sinks.logs.empty());
}

TEST_CASE("a sink that does not open: its error, and nothing left") {
  Bench b;
  const std::string stamps = temporary_file("stamps.jsonl");
  b.options.timestamps_path = stamps;
  b.options.frames = 5;
  const SinkFactory refuse = [](const OutputPlan&, Size, EncoderReport&, std::vector<Warning>&,
                                std::span<const SoundInput>) -> std::unique_ptr<FrameSink> {
    throw MediaError("cannot create the file");
  };
  CHECK_THROWS_WITH_AS(record(b.options, b.hooks, refuse, b.clock), "cannot create the file",
                       MediaError);
  CHECK_FALSE(std::filesystem::exists(stamps));
  CHECK(b.screen->open_sources() == 0);
}

TEST_CASE("a source lost for good ends it, by --on-loss") {
  Bench b;
  const Loss loss(b, 500ms, {}, "GONE", "unplugged");
  SUBCASE("stop") {
    b.options.reopen_on_loss = false;
    const RecordStatistics s = b.run();
    CHECK(s.ended_by == EndedBy::source);
    CHECK_FALSE(s.error);
    CHECK(b.sinks.logs[0]->finished == s.slots);
  }
  SUBCASE("wait for a while") {
    b.options.give_up_after = 200ms;
    const RecordStatistics s = b.run();
    CHECK(s.ended_by == EndedBy::source_lost);
    CHECK(s.error.value_or("").find("unplugged") != std::string::npos);
    CHECK(b.sinks.logs[0]->finished == s.slots);
  }
}

TEST_CASE("a hook that throws ends the session's threads") {
  Bench b;
  b.hooks.progress = [](const Progress&) { throw Error("no more room on the terminal"); };
  CHECK_THROWS_AS(b.run(), Error);
  CHECK(b.screen->open_sources() == 0);
}
