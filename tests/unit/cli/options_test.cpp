// From arguments to options values: defaults, conversions, and what is refused.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/bench.h"
#include "cli/record.h"
#include "cli/shot.h"
#include "cli/stimulus.h"

using namespace rustcam;
using namespace rustcam::cli;

namespace {

RecordArguments record_arguments(const std::string& file) {
  RecordArguments given;
  given.file = file;
  return given;
}

ShotArguments shot_arguments(const std::string& file) {
  ShotArguments given;
  given.file = file;
  return given;
}

}  // namespace

TEST_CASE("record: defaults") {
  const RecordRequest r = check_record(record_arguments("out.mp4"));
  CHECK(r.capture.request.backend == "auto");
  CHECK_FALSE(r.capture.request.output);
  CHECK(r.record.cursor);
  CHECK(r.record.timeout == std::chrono::seconds(1));
  CHECK(r.record.plan.fps == Rational{60, 1});
  CHECK(r.record.plan.request.fragment == std::chrono::seconds(1));
  CHECK(r.record.on_full == OnFull::drop);
  CHECK(r.record.reopen_on_loss);
  CHECK_FALSE(r.record.give_up_after);
  CHECK(r.record.on_resize == OnResize::scale);
  CHECK_FALSE(r.named_here);
  CHECK_FALSE(r.stats_to_stdout);
}

TEST_CASE("record: a duration is slots of the rate, rounded, at least one") {
  RecordArguments given = record_arguments("out.mp4");
  given.fps = "29.97";
  given.duration = "10";
  CHECK(check_record(given).record.duration_slots == 300);
  given.duration = "0.001";
  CHECK(check_record(given).record.duration_slots == 1);
  for (const char* bad : {"0", "-1", "x", "nan"}) {
    given.duration = bad;
    CHECK_THROWS_AS(check_record(given), UsageError);
  }
}

TEST_CASE("record: a gif's own rate counts for its duration") {
  RecordArguments given = record_arguments("out.gif");
  given.duration = "2";
  CHECK(check_record(given).record.duration_slots == 50);
}

TEST_CASE("record: what to do on loss") {
  RecordArguments given = record_arguments("out.mp4");
  given.on_loss = "wait=2.5";
  CHECK(check_record(given).record.give_up_after == std::chrono::milliseconds(2500));
  CHECK(check_record(given).record.reopen_on_loss);
  given.on_loss = "stop";
  CHECK_FALSE(check_record(given).record.reopen_on_loss);
  for (const char* bad : {"wait=", "wait=x", "never", "wait=SECONDS"}) {
    given.on_loss = bad;
    CHECK_THROWS_AS(check_record(given), UsageError);
  }
}

TEST_CASE("record: one stream or file for one thing") {
  RecordArguments given = record_arguments("out.mp4");
  given.stats = "out.mp4";
  CHECK_THROWS_AS(check_record(given), UsageError);
  given.stats = "s.json";
  given.timestamps = "s.json";
  CHECK_THROWS_AS(check_record(given), UsageError);
  given.timestamps.reset();
  given.stats = "-";
  CHECK(check_record(given).stats_to_stdout);
  RecordArguments pipe = record_arguments("-");
  pipe.json = true;
  CHECK_THROWS_AS(check_record(pipe), UsageError);
}

TEST_CASE("record: values out of range are refused") {
  const auto refused = [](auto member, const std::string& value) {
    RecordArguments given = record_arguments("out.mp4");
    given.*member = value;
    CHECK_THROWS_AS(check_record(given), UsageError);
  };
  refused(&RecordArguments::crf, "99");
  refused(&RecordArguments::fps, "0");
  refused(&RecordArguments::frames, "0");
  refused(&RecordArguments::gop, "0");
  refused(&RecordArguments::size, "640");
  refused(&RecordArguments::fragment, "0");
  refused(&RecordArguments::max_size, "big");
  refused(&RecordArguments::delay, "-1");
  refused(&RecordArguments::progress, "loud");
  refused(&RecordArguments::encoder, "no-such-encoder");
}

TEST_CASE("record: -o with a file's name asks for FILE") {
  RecordArguments given;
  given.capture.output = "out.mp4";
  try {
    check_record(given);
    FAIL("taken as an output");
  } catch (const UsageError& error) {
    CHECK(std::string(error.what()).find("did you mean FILE?") != std::string::npos);
  }
}

TEST_CASE("shot: the format comes from --format, else from the ending, else it is png") {
  CHECK(check_shot(shot_arguments("a.JPG")).still.format == StillFormat::jpg);
  CHECK_THROWS_AS(check_shot(shot_arguments("a.txt")), UsageError);
  ShotArguments given = shot_arguments("a.txt");
  given.format = "webp";
  CHECK(check_shot(given).still.format == StillFormat::webp);
  CHECK(check_shot({}).still.format == StillFormat::png);
  CHECK(check_shot({}).named_here);
}

TEST_CASE("shot: options that another format has are refused") {
  ShotArguments given = shot_arguments("a.png");
  given.quality = "80";
  CHECK_THROWS_AS(check_shot(given), UsageError);
  given = shot_arguments("a.jpg");
  given.compression = "3";
  CHECK_THROWS_AS(check_shot(given), UsageError);
  given = shot_arguments("a.png");
  given.pixel_format = "bgr";
  CHECK_THROWS_AS(check_shot(given), UsageError);
  given.format = "raw";
  CHECK(check_shot(given).still.raw_format == PixelFormat::bgr);
  given.pixel_format = "yuv420p";
  CHECK_THROWS_AS(check_shot(given), UsageError);
}

TEST_CASE("shot: --all excludes a stream, an output and a region") {
  ShotArguments given = shot_arguments("a.png");
  given.all = true;
  CHECK(check_shot(given).all);
  given.capture.output = "0";
  CHECK_THROWS_AS(check_shot(given), UsageError);
  given.capture.output.reset();
  given.capture.region = "0,0,10,10";
  CHECK_THROWS_AS(check_shot(given), UsageError);
  ShotArguments pipe = shot_arguments("-");
  pipe.all = true;
  CHECK_THROWS_AS(check_shot(pipe), UsageError);
}

TEST_CASE("stimulus: name, rate and length") {
  StimulusArguments given;
  CHECK_THROWS_AS(check_stimulus(given), UsageError);
  given.name = "flop_demo";
  CHECK_THROWS_AS(check_stimulus(given), UsageError);
  given.name = "mover";
  CHECK(check_stimulus(given).hz == Rational{60, 1});
  CHECK_FALSE(check_stimulus(given).ticks);
  given.hz = "180";
  given.duration = "2";
  given.no_barcode = true;
  CHECK(check_stimulus(given).ticks == 360);
  CHECK_FALSE(check_stimulus(given).presenter.barcode);
  given.hz = "0";
  CHECK_THROWS_AS(check_stimulus(given), UsageError);
}

TEST_CASE("bench: defaults and choices") {
  const BenchOptions plain = check_bench({});
  CHECK(plain.stimulus == "flip_demo");
  CHECK(plain.hz == Rational{180, 1});
  CHECK(plain.modes == std::vector{BenchMode::grab});
  CHECK(plain.pointers == std::vector{true});
  CHECK(plain.repeat == 3);
  CHECK(plain.fingerprint == FingerprintKind::sparse);

  BenchArguments given;
  given.stimulus = "none";
  given.mode = "all";
  given.pointer = "both";
  given.fingerprint = "full";
  given.chart = "a.svg";
  const BenchOptions all = check_bench(given);
  CHECK_FALSE(all.stimulus);
  CHECK(all.modes.size() == 5);
  CHECK(all.pointers == std::vector{true, false});
  CHECK(all.fingerprint == FingerprintKind::full);
  given.chart = "a.pdf";
  CHECK_THROWS_AS(check_bench(given), UsageError);
  given.chart.reset();
  given.hz = "5000";
  CHECK_THROWS_AS(check_bench(given), UsageError);
}
