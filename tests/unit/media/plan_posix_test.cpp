#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "media/container.h"
#include "media/encoder_list.h"
#include "media/ffmpeg_info.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

OutputRequest named(const std::string& path) {
  OutputRequest r;
  r.path = path;
  return r;
}

std::string refusal(const OutputRequest& request) {
  try {
    plan_output(request);
  } catch (const UsageError& e) {
    return e.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the ending chooses container and encoder") {
  CHECK(plan_output(named("a.mp4")).container->name == "mp4");
  CHECK(plan_output(named("a.MKV")).container->name == "matroska");
  CHECK(plan_output(named("a.webm")).encoders == std::vector<std::string>{"libvpx-vp9"});
  CHECK(plan_output(named("a.gif")).encoders == std::vector<std::string>{"gif"});
  const OutputPlan pipe = plan_output(named("-"));
  CHECK(pipe.container->name == "rawvideo");
  CHECK(pipe.pixel_format == "bgra");
  CHECK(pipe.to_stdout);
  const OutputPlan mp4 = plan_output(named("a.mp4"));
  REQUIRE(!mp4.encoders.empty());
  CHECK(mp4.encoders.back() == "libx264");
  CHECK(mp4.pixel_format == "yuv420p");
}

TEST_CASE("what could not be read back is refused before anything is made") {
  struct Case {
    const char* path;
    const char* encoder;
    const char* format;
  };
  for (const Case& c :
       {Case{"a.mp4", "rawvideo", ""}, Case{"a.ts", "rawvideo", ""}, Case{"a.ts", "libvpx-vp9", ""},
        Case{"a.webm", "x264", ""}, Case{"a.y4m", "x264", ""}, Case{"-", "x264", ""},
        Case{"a.gif", "x264", ""}, Case{"a.mp4", "gif", ""}, Case{"-", "auto", "gif"},
        Case{"-", "auto", "mov"}}) {
    CAPTURE(c.path);
    CAPTURE(c.encoder);
    OutputRequest r = named(c.path);
    r.encoder = c.encoder;
    if (*c.format != 0) r.format = c.format;
    CHECK(!refusal(r).empty());
  }
}

TEST_CASE("bad values are wrong usage that says what to do") {
  OutputRequest r = named("a.mp4");
  r.crf = 99;
  CHECK(contains(refusal(r), "0 (best) to 51"));
  r = named("a.mp4");
  r.encoder = "no-such";
  CHECK(contains(refusal(r), "list encoders"));
  r = named("a.xyz");
  CHECK(contains(refusal(r), "--format"));
  r = named("a.mp4");
  r.preset = "warp";
  CHECK(contains(refusal(r), "ultrafast"));
  r = named("a.mp4");
  r.crf = 20;
  r.bitrate = 1000000;
  CHECK(contains(refusal(r), "exclude"));
  r = named("a.mp4");
  r.pixel_format = "yuv411p";
  CHECK(contains(refusal(r), "yuv444p"));
  r = named("a.webm");
  r.pixel_format = "bgra";
  CHECK(contains(refusal(r), "yuv420p"));
  r = named("a.mkv");
  r.encoder = "ffv1";
  r.crf = 20;
  CHECK(contains(refusal(r), "means nothing"));
  r = named("a.y4m");
  r.vfr = true;
  CHECK(contains(refusal(r), "time stamps"));
  r = named("a.mp4");
  r.size = Size{0, 10};
  CHECK(contains(refusal(r), "--size"));
}

TEST_CASE("a codec that a muxer's table has and the muxer refuses is wrong usage with its reason") {
  for (const char* encoder : {"libsvtav1", "libaom-av1", "libvpx-vp9", "libvpx"}) {
    CAPTURE(encoder);
    OutputRequest r = named("a.mov");
    r.encoder = encoder;
    const std::string text = refusal(r);
    CHECK(contains(text, "mov cannot hold"));
    CHECK(contains(text, "supported"));  // FFmpeg's reason
    CHECK(contains(text, "matroska, webm or nut"));
  }
}

TEST_CASE("a refusal names the encoder that was chosen, and how it came to that") {
  OutputRequest r = named("a.mp4");
  r.pixel_format = "bgra";
  CHECK(contains(refusal(r), "the encoder libx264 (which auto chose) does not take bgra"));
  CHECK(contains(refusal(r), "--encoder rawvideo"));
  r.encoder = "x264";
  CHECK(contains(refusal(r), "the encoder libx264 does not take bgra"));
}

TEST_CASE("gif rates are whole centiseconds, and the nearest is named") {
  OutputRequest r = named("a.gif");
  CHECK(plan_output(r).fps == Rational{25, 1});
  r.fps = Rational{100, 3};
  CHECK(plan_output(r).fps == Rational{100, 3});
  r.fps = Rational{30, 1};
  CHECK(contains(refusal(r), "100/3"));
  r.fps = Rational{60, 1};
  CHECK(contains(refusal(r), "nearest is 50"));
  r.fps = Rational{1, 1000};
  CHECK(contains(refusal(r), "the slowest is 20/13107"));
  r.fps = Rational{20, 13107};
  CHECK(plan_output(r).fps == *r.fps);
}

TEST_CASE("an encoder's own options are checked, and never a reason to fall back") {
  OutputRequest r = named("a.mp4");
  r.encoder = "x264";
  r.encoder_options = {{"no-such-option", "1"}};
  CHECK(contains(refusal(r), "no option"));

  const TempFolder folder;
  for (const auto& [key, value] :
       {std::pair{"tune", "warp"}, std::pair{"x264-params", "warp=9"}, std::pair{"nope", "1"}})
    for (const char* encoder : {"auto", "x264"}) {
      const std::string named_option = key;
      CAPTURE(named_option);
      OutputRequest bad = named(folder / "a.mp4");
      bad.encoder = encoder;
      bad.encoder_options = {{key, value}};
      EncoderReport report;
      std::vector<Warning> warnings;
      CHECK_THROWS_AS(open_sink(plan_output(bad), {64, 64}, report, warnings), UsageError);
      CHECK(!std::filesystem::exists(folder / "a.mp4"));
    }
  OutputRequest good = named(folder / "b.mp4");
  good.encoder_options = {{"tune", "stillimage"}, {"x264-params", "no-deblock=1"}};
  good.encoder = "x264";
  record(good, {64, 64}, every_slot(3), 3);
  check_plays(folder / "b.mp4");
}

TEST_CASE("auto says why an encoder that does not open was passed over") {
  const TempFolder folder;
  const auto r = record(named(folder / "a.mp4"), {64, 64}, every_slot(3), 3);
  if (r.report.name == "libx264") {
    REQUIRE(r.report.tried.size() + 1 == r.plan.encoders.size());
    for (const auto& t : r.report.tried) {
      CHECK((t.name == "h264_nvenc" || t.name == "h264_vaapi"));
      CHECK(!t.error.empty());
    }
  }
}

TEST_CASE("an existing file is kept without force") {
  const TempFolder folder;
  record(named(folder / "a.mp4"), {64, 64}, every_slot(3), 3);
  const auto size = std::filesystem::file_size(folder / "a.mp4");
  CHECK_THROWS_AS(record(named(folder / "a.mp4"), {64, 64}, every_slot(2), 2), MediaError);
  CHECK(std::filesystem::file_size(folder / "a.mp4") == size);
  OutputRequest again = named(folder / "a.mp4");
  again.force = true;
  record(again, {64, 64}, every_slot(2), 2);
  CHECK(probe_one(folder / "a.mp4", "stream", "nb_frames") == "2");
}

TEST_CASE("nothing is left if nothing was recorded") {
  const TempFolder folder;
  for (const char* name : {"a.mp4", "a.mkv", "a.y4m"}) {
    EncoderReport report;
    std::vector<Warning> warnings;
    open_sink(plan_output(named(folder / name)), {64, 64}, report, warnings)->finish(0);
    CHECK(!std::filesystem::exists(folder / name));
  }
}

TEST_CASE("a picture larger than the encoder can names one that can") {
  const TempFolder folder;
  OutputRequest r = named(folder / "a.mkv");
  r.encoder = "x264";
  EncoderReport report;
  std::vector<Warning> warnings;
  std::string text;
  try {
    open_sink(plan_output(r), {20000, 64}, report, warnings);
  } catch (const UsageError& e) {
    text = e.what();
  }
  CHECK(contains(text, "16384x16384"));
  CHECK(contains(text, "ffv1"));
}

TEST_CASE("the list of encoders tells which open") {
  const auto list = list_encoders();
  const auto find = [&](const std::string& name) {
    return std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.name == name; });
  };
  REQUIRE(find("libx264") != list.end());
  CHECK(find("libx264")->opens);
  CHECK(find("libx264")->codec == "h264");
  CHECK(!find("libx264")->hardware);
  for (const auto& e : list) CHECK(e.opens == e.error.empty());
  CHECK(contains(ffmpeg_versions(), "libavcodec"));
}
