#include <doctest/doctest.h>

#include <chrono>
#include <limits>

#include "cli/record_document.h"

using namespace rustcam;
using namespace rustcam::cli;

namespace {

RecordStatistics sample() {
  RecordStatistics s;
  s.backend = "virtual";
  s.output.name = "mover@640x480@60";
  s.output.desktop = {0, 0, 640, 480};
  s.started_at = "2026-11-21T10:22:10.123456Z";
  s.region = {10, 20, 330, 260};
  s.picture = {320, 240};
  s.encoded = {320, 240};
  s.fps_target = {60000, 1001};
  s.duration_s = 5.005;
  s.slots = 300;
  s.samples = 300;
  s.fresh = 298;
  s.repeated = 2;
  s.files = {{"out.mp4", "mp4", 1'234'567, 300}};
  s.encoder = {"libx264", false, "veryfast", {{"h264_nvenc", "no driver"}}};
  s.t0 = TimePoint(std::chrono::seconds(100));
  s.recoveries = {{TimePoint(std::chrono::milliseconds(101'500)),
                   "lost",
                   "BadMatch",
                   std::chrono::milliseconds(20),
                   {640, 480}},
                  {TimePoint(std::chrono::seconds(102)), "", "", {}, {320, 200}}};
  s.ended_by = EndedBy::frames;
  return s;
}

}  // namespace

TEST_CASE("what is not known is null, and so is what is no number") {
  RecordStatistics s = sample();
  s.fps_fresh = std::numeric_limits<double>::quiet_NaN();
  const Json d = Json::parse(to_text(record_document(s)));
  CHECK(d["schema"] == "rustcam.record/1");
  CHECK(d["output"]["refresh_hz"].is_null());
  CHECK(d["frames"]["coalesced"].is_null());
  CHECK(d["latency_us"]["p99"].is_null());
  CHECK(d["fps"]["fresh"].is_null());
  CHECK(d["error"].is_null());
}

TEST_CASE("the record document's values") {
  const Json d = record_document(sample());
  CHECK(d["fps"]["target"].get<double>() == doctest::Approx(59.94005994));
  CHECK(d["region"] == Json::array({10, 20, 330, 260}));
  CHECK(d["ended_by"] == "frames");
  CHECK(d["encoder"]["tried"][0]["error"] == "no driver");
  CHECK(d["recoveries"][0]["at_s"] == 1.5);
  CHECK(d["recoveries"][0]["took_ms"] == 20.0);
  CHECK(d["recoveries"][0]["native_code"] == "BadMatch");
  CHECK(d["recoveries"][1]["error"].is_null());
  CHECK(d["recoveries"][1]["width"] == 320);
}

TEST_CASE("warnings have a code, a text, and a hint or null") {
  RecordStatistics s = sample();
  s.warnings = {{"padded", "one row more", ""}, {"slow", "too slow", "take --preset ultrafast"}};
  const Json d = record_document(s);
  CHECK(d["warnings"][0]["hint"].is_null());
  CHECK(d["warnings"][1]["hint"] == "take --preset ultrafast");
}

TEST_CASE("a file's name that is no UTF-8 does not spoil the document") {
  RecordStatistics s = sample();
  s.files[0].path = "a\xff.mp4";
  const Json d = Json::parse(to_text(record_document(s)));
  CHECK(d["files"][0]["path"] == "a\xEF\xBF\xBD.mp4");
}

TEST_CASE("two lines for a person") {
  CHECK(record_summary(sample()) ==
        "out.mp4: 5.005 s, 1.2 MB\n300 frames: 298 fresh, 2 repeated, 0 late\n");
}

TEST_CASE("a person is told how many pictures are in the file") {
  RecordStatistics s = sample();
  s.samples = 285;
  CHECK(record_summary(s) ==
        "out.mp4: 5.005 s, 1.2 MB\n285 frames for 300 slots: 298 fresh, 2 repeated, 0 late\n");
}
