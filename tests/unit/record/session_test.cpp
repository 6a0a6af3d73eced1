// Whole sessions on scripted screens and sinks.
#include "record/session.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"
#include "fake_sink.h"
#include "support/fake_source.h"

using namespace rustcam;
using namespace rustcam::test;
using namespace std::chrono_literals;

namespace {

/// A screen that shows a new picture `hz` times a second while it lives.
class Show {
 public:
  Show(std::shared_ptr<FakeScreen> screen, double hz) : screen_(std::move(screen)), hz_(hz) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      const TimePoint begun = now();
      for (std::uint32_t n = 1; !stop.stop_requested(); ++n) {
        std::this_thread::sleep_until(begun + from_s(n / hz_));
        screen_->fill(Rect{0, 0, 4, 4}, n);
        screen_->fill(Rect{static_cast<int>(n % 30), 10, static_cast<int>(n % 30) + 5, 20}, n * 7);
        screen_->present();
      }
    });
  }

 private:
  std::shared_ptr<FakeScreen> screen_;
  double hz_;
  std::jthread thread_;
};

struct Bench {
  FakeDesktop desktop;
  std::shared_ptr<FakeScreen> screen = desktop.add("DP-1", Rect{0, 0, 64, 48});
  FakeSinks sinks;
  RecordOptions options;
  SessionHooks hooks;

  Bench() {
    options.selection.backend = &fake_backend();
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

void check_sums(const RecordStatistics& s) {
  CHECK(s.slots == s.fresh + s.repeated);
  CHECK(s.pointer_only <= s.repeated);
  CHECK(s.unencoded <= s.repeated);
}

std::string temporary_file(const char* name) {
  return (std::filesystem::temp_directory_path() /
          (std::string("rustcam-") + name + std::to_string(now().time_since_epoch().count())))
      .string();
}

}  // namespace

TEST_CASE("a moving screen: every slot is there, in order, and most are fresh") {
  Bench b;
  b.options.duration_slots = 90;
  const Show show(b.screen, 60);
  const RecordStatistics s = b.run();
  CHECK(s.slots == 90);
  CHECK(s.ended_by == EndedBy::duration);
  CHECK_FALSE(s.error);
  CHECK(s.duration_s == doctest::Approx(1.5));
  CHECK(s.fresh > 60);
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
  CHECK(s.fps_achieved == doctest::Approx(60).epsilon(0.2));
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
  CHECK(s.fresh > 40);
  CHECK(s.coalesced.value_or(0) > 200);
  // Each picture costs its damage and what the pool's pictures owe: far less than 600 reads.
  CHECK(b.screen->pixels_read() < std::int64_t{64} * 48 * 80);
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
  CHECK(FakeSink::damage_was_enough);
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
  Bench b;
  b.options.frames = 60;
  b.sinks.options.every_slot = true;
  b.sinks.options.delay = 25ms;
  const Show show(b.screen, 60);
  for (const OnFull mode : {OnFull::drop, OnFull::wait}) {
    b.sinks.logs.clear();
    b.options.on_full = mode;
    const RecordStatistics s = b.run();
    CHECK(s.slots == 60);
    CHECK(s.unencoded == 0);
    REQUIRE(b.writes().size() == 60);
    for (std::size_t i = 0; i < 60; ++i) CHECK(b.writes()[i].slot == static_cast<std::int64_t>(i));
    CHECK(s.late > 0);
    check_sums(s);
    // Held back, production goes on with new pictures; keeping pace, it repeats.
    if (mode == OnFull::wait) CHECK(s.fresh > 50);
  }
}

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
  b.sinks.options.every_slot = true;
  b.sinks.options.delay = 400ms;
  std::atomic<bool> writing{false};
  b.sinks.options.before_write = [&](std::int64_t) { writing = true; };
  b.hooks.end_request = [&]() -> std::optional<EndedBy> {
    return writing ? std::optional(EndedBy::signal) : std::nullopt;
  };
  b.hooks.hurry = [] { return true; };
  const TimePoint begun = now();
  const RecordStatistics s = b.run();
  CHECK(now() - begun < 10s);
  CHECK(s.ended_by == EndedBy::signal);
  CHECK(s.slots == static_cast<std::int64_t>(b.writes().size()));
  CHECK(b.sinks.logs[0]->finished == s.slots);
}

TEST_CASE("a reader who stops reading cannot keep a recording from ending") {
  Bench b;
  std::mutex mutex;
  std::condition_variable changed;
  bool stuck = false;
  bool interrupted = false;
  b.sinks.options.every_slot = true;
  b.sinks.options.before_write = [&](std::int64_t n) {
    if (n < 3) return;
    std::unique_lock lock(mutex);
    stuck = true;
    changed.wait(lock, [&] { return interrupted; });
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
    CHECK(b.sinks.logs[0]->finished == 12);
    check_sums(s);
  }
}

TEST_CASE("where not even slot 0 could be written, statistics come and no file stays") {
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
  CHECK(b.sinks.logs[1]->path == numbered_path(path, 2));
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
  const SinkFactory refuse = [](const OutputPlan&, Size, EncoderReport&,
                                std::vector<Warning>&) -> std::unique_ptr<FrameSink> {
    throw MediaError("cannot create the file");
  };
  CHECK_THROWS_WITH_AS(record(b.options, b.hooks, refuse), "cannot create the file", MediaError);
  CHECK_FALSE(std::filesystem::exists(stamps));
  CHECK(b.screen->open_sources() == 0);
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

TEST_CASE("a source lost for good ends it, by --on-loss") {
  Bench b;
  const auto lose_later = [&] {
    return std::jthread([&] {
      std::this_thread::sleep_for(500ms);
      b.screen->set_presence(Presence::absent);
      b.screen->lose("GONE", "unplugged");
    });
  };
  SUBCASE("stop") {
    b.options.reopen_on_loss = false;
    const auto fault = lose_later();
    const RecordStatistics s = b.run();
    CHECK(s.ended_by == EndedBy::source);
    CHECK_FALSE(s.error);
    CHECK(b.sinks.logs[0]->finished == s.slots);
  }
  SUBCASE("wait for a while") {
    b.options.give_up_after = 200ms;
    const auto fault = lose_later();
    const RecordStatistics s = b.run();
    CHECK(s.ended_by == EndedBy::source_lost);
    CHECK(s.error.value_or("").find("unplugged") != std::string::npos);
    CHECK(b.sinks.logs[0]->finished == s.slots);
  }
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

TEST_CASE("a hook that throws ends the session's threads") {
  Bench b;
  b.hooks.progress = [](const Progress&) { throw Error("no more room on the terminal"); };
  CHECK_THROWS_AS(b.run(), Error);
  CHECK(b.screen->open_sources() == 0);
}
