#include <doctest/doctest.h>
#include <sched.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include <libavcodec/avcodec.h>
}

#include "base/error.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

#ifdef __SANITIZE_THREAD__
/// Encoders that were not built for ThreadSanitizer: it sees little of them, and takes minutes.
constexpr bool slow_to_watch = true;
#else
constexpr bool slow_to_watch = false;
#endif

bool here(const char* encoder) {
  return avcodec_find_encoder_by_name(encoder) != nullptr;
}

bool takes_preset(const std::string& encoder) {
  OutputRequest r;
  r.path = "a.mkv";
  r.encoder = encoder;
  r.preset = "ultrafast";
  try {
    plan_output(r);
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("presets belong to the encoders that have such a thing") {
  for (const char* encoder :
       {"libx264", "libx265", "libvpx-vp9", "libvpx", "libsvtav1", "libaom-av1", "librav1e"})
    if (here(encoder)) CHECK(takes_preset(encoder));
  for (const char* encoder : {"mpeg4", "mpeg2video", "mjpeg", "libxvid", "ffv1", "gif"})
    if (here(encoder)) CHECK(!takes_preset(encoder));
}

TEST_CASE("a picture that does not fit is wrong usage whose advice has been tried") {
  struct Case {
    const char* encoder;
    const char* file;
    Size size;
    const char* advice;
  };
  const TempFolder folder;
  for (const Case& c : {
           Case{"x264", "a.mp4", {20000, 64}, "--encoder mjpeg"},
           Case{"x264", "a.mov", {64, 20000}, "--encoder mjpeg"},
           Case{"libx265", "a.mkv", {20000, 64}, "--encoder ffv1"},
           Case{"x264", "a.ts", {20000, 64}, "--encoder mjpeg into .mp4"},
           Case{"libvpx-vp9", "a.webm", {20000, 64}, "--encoder mjpeg into .mp4"},
           Case{"libvpx", "a.webm", {16384, 64}, "--encoder libvpx-vp9"},
           Case{"mpeg4", "a.mp4", {9000, 64}, "--encoder libx264"},
           Case{"libsvtav1", "a.webm", {63, 48}, "--encoder libvpx-vp9"},
           Case{"libsvtav1", "a.mp4", {640, 32}, "--encoder libx264"},
           Case{"librav1e", "a.mkv", {8, 8}, "--encoder libx264"},
           Case{"libx265", "a.mp4", {8, 100}, "--encoder libx264"},
       }) {
    if (!here(c.encoder) && std::string(c.encoder) != "x264") continue;
    CAPTURE(std::string(c.encoder));
    CAPTURE(std::string(c.file));
    OutputRequest request;
    request.path = folder / c.file;
    request.encoder = c.encoder;
    std::string text;
    try {
      EncoderReport report;
      std::vector<Warning> warnings;
      open_sink(plan_output(request), c.size, report, warnings);
    } catch (const UsageError& e) {
      text = e.what();
    }
    CHECK(text.find(c.advice) != std::string::npos);
    CHECK(!std::filesystem::exists(request.path));
  }
}

TEST_CASE("an encoder that cannot keep up is told of before the first picture") {
  const TempFolder folder;
  const auto told = [&](const char* encoder, const char* file, Size size, int fps) {
    OutputRequest request;
    request.path = folder / file;
    request.encoder = encoder;
    request.fps = Rational{fps, 1};
    request.force = true;
    EncoderReport report;
    std::vector<Warning> warnings;
    open_sink(plan_output(request), size, report, warnings)->finish(0);
    for (const Warning& w : warnings)
      if (w.code == "encoder_demanding") return true;
    return false;
  };
  CHECK(told("libvpx-vp9", "a.webm", {1920, 1080}, 1000));
  CHECK(!told("libvpx-vp9", "a.webm", {320, 240}, 30));
  CHECK(!told("libx264", "a.mp4", {1920, 1080}, 1000));
}

TEST_CASE("every software encoder keeps all pictures, their times and their colours") {
  const TempFolder folder;
  struct Case {
    const char* encoder;
    const char* file;
    const char* range;
  };
  for (const Case& c :
       {Case{"libx264", "a.mp4", "tv"}, Case{"libx265", "b.mp4", "tv"},
        Case{"libsvtav1", "c.mp4", "tv"}, Case{"libsvtav1", "d.webm", "tv"},
        Case{"libvpx", "e.webm", "tv"}, Case{"libvpx-vp9", "f.mp4", "tv"},
        Case{"mpeg4", "g.mp4", "tv"}, Case{"ffv1", "h.mkv", "tv"}, Case{"mjpeg", "i.mkv", "pc"},
        Case{"mjpeg", "j.mov", "pc"}, Case{"mpeg2video", "k.ts", "tv"},
        Case{"libx264", "l.ts", "tv"}, Case{"libx265", "m.mkv", "tv"}}) {
    if (!here(c.encoder)) continue;
    const std::string path = folder / c.file;
    CAPTURE(path);
    CAPTURE(std::string(c.encoder));
    OutputRequest request;
    request.path = path;
    request.encoder = c.encoder;
    request.fps = Rational{30, 1};
    const auto r = record(request, {128, 96}, every_slot(50), 50);
    CHECK(r.report.name == c.encoder);
    const auto times = probe(path, "frame", "pts_time");
    REQUIRE(times.size() == 50);
    const double first = std::atof(times[0].c_str());
    for (std::size_t n = 0; n < times.size(); ++n)
      CHECK(std::abs(std::atof(times[n].c_str()) - first - static_cast<double>(n) / 30) < 1e-3);
    if (std::string(c.encoder) != "mpeg4" && std::string(c.encoder) != "libvpx" &&
        std::string(c.encoder) != "mpeg2video")
      CHECK(probe_one(path, "stream", "color_range") == c.range);
    check_plays(path);
  }
}

TEST_CASE("preset, crf, bitrate and gop reach every family") {
  const TempFolder folder;
  const auto size_of = [&](const std::string& encoder, auto&& change) {
    OutputRequest request;
    request.path = folder / "a.mkv";
    request.encoder = encoder;
    request.force = true;
    change(request);
    return record(request, {256, 192}, every_slot(40), 40).files[0].bytes;
  };
  for (const char* encoder :
       {"libx264", "libx265", "libvpx-vp9", "libvpx", "libsvtav1", "libaom-av1", "librav1e",
        "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "libxvid"}) {
    if (!here(encoder) || (slow_to_watch && std::string_view(encoder) != "libx264")) continue;
    CAPTURE(std::string(encoder));
    const auto finest = size_of(encoder, [](OutputRequest& r) { r.crf = 0; });
    const auto fine = size_of(encoder, [](OutputRequest& r) { r.crf = 8; });
    const auto coarse = size_of(encoder, [](OutputRequest& r) { r.crf = 45; });
    CHECK(fine > coarse);
    // Both may be the best that the encoder has; when a cluster ends is a matter of time.
    CHECK(finest + finest / 50 >= fine);
    if (takes_preset(encoder))
      CHECK(size_of(encoder, [](OutputRequest& r) { r.preset = "ultrafast"; }) > 0);
    // By quality, if nothing else was asked for.
    const auto usual = size_of(encoder, [](OutputRequest&) {});
    // VP8 in real-time mode takes another speed, and so another size, on a busy machine.
    if (std::string(encoder) != "libvpx") CHECK(usual > coarse);
    CHECK(usual < fine);
    CHECK(size_of(encoder, [](OutputRequest& r) { r.bitrate = 2'000'000; }) > 0);
  }
  OutputRequest request;
  request.path = folder / "gop.mp4";
  request.encoder = "x264";
  request.gop = 7;
  record(request, {64, 64}, every_slot(50), 50);
  std::size_t keys = 0;
  for (const auto& flags : probe(request.path, "packet", "flags")) keys += flags[0] == 'K';
  CHECK(keys >= 8);
}

TEST_CASE("full range and 4:4:4 are tagged and true") {
  const TempFolder folder;
  for (const char* format : {"yuvj420p", "yuvj444p", "yuv444p", "nv12"}) {
    CAPTURE(std::string(format));
    OutputRequest request;
    request.path = folder / (std::string(format) + ".mp4");
    request.encoder = "x264";
    request.crf = 8;
    request.pixel_format = format;
    EncoderReport report;
    std::vector<Warning> warnings;
    const auto sink = open_sink(plan_output(request), {64, 48}, report, warnings);
    for (int n = 0; n < 5; ++n)
      sink->write(frame_of(flat({64, 48}, {200, 30, 60})), Rect{0, 0, 64, 48}, n);
    sink->finish(5);
    const bool full = std::string(format).starts_with("yuvj");
    CHECK(probe_one(request.path, "stream", "color_range") == (full ? "pc" : "tv"));
    CHECK(probe_one(request.path, "stream", "color_space") == "bt709");
    const auto rgb =
        decode_first(request.path, "rgb24", "scale=flags=accurate_rnd+full_chroma_int");
    CHECK(std::abs(rgb[0] - 200) <= 2);
    CHECK(std::abs(rgb[1] - 30) <= 2);
    CHECK(std::abs(rgb[2] - 60) <= 2);
  }
}

TEST_CASE("low rates and sliced fragments keep the encoder's delay short") {
  const TempFolder folder;
  OutputRequest request;
  request.path = folder / "a.mp4";
  request.encoder = "x264";
  request.preset = "medium";
  request.fps = Rational{2, 1};
  EncoderReport report;
  std::vector<Warning> warnings;
  const auto sink = open_sink(plan_output(request), {320, 180}, report, warnings);
  for (std::int64_t n = 0; n < 20; ++n)
    sink->write(frame_of(picture({320, 180}, static_cast<int>(n))), Rect{0, 0, 320, 180}, n);
  // As after a crash here: at most a second, two pictures, may be missing.
  std::filesystem::copy_file(request.path, folder / "crashed.mp4");
  CHECK(probe(folder / "crashed.mp4", "frame", "pts_time").size() >= 18);
  sink->finish(20);
}

TEST_CASE("with --vfr no picture waits in the encoder for the next one") {
  const TempFolder folder;
  for (const char* name : {"a.mp4", "a.mkv"}) {
    CAPTURE(std::string(name));
    OutputRequest request;
    request.path = folder / name;
    request.encoder = "x264";
    request.vfr = true;
    EncoderReport report;
    std::vector<Warning> warnings;
    const auto sink = open_sink(plan_output(request), {320, 180}, report, warnings);
    for (const std::int64_t slot : {0, 100, 1000})
      sink->write(frame_of(picture({320, 180}, static_cast<int>(slot))), Rect{0, 0, 320, 180},
                  slot);
    std::filesystem::copy_file(request.path, folder / (std::string("crashed-") + name));
    CHECK(probe(folder / (std::string("crashed-") + name), "frame", "pts_time").size() >= 2);
    sink->finish(1001);
    CHECK(probe(request.path, "frame", "pts_time").size() == 3);
  }
}

TEST_CASE("the place of the chroma samples is told") {
  const TempFolder folder;
  for (const char* name : {"a.mp4", "a.mkv"}) {
    OutputRequest request;
    request.path = folder / name;
    request.encoder = "x264";
    record(request, {64, 48}, every_slot(3), 3);
    CHECK(probe_one(request.path, "stream", "chroma_location") == "center");
  }
}

TEST_CASE("no encoder takes a priority that outranks ours") {
  const TempFolder folder;
  if (!here("libsvtav1")) return;
  const int before = ::sched_getscheduler(0);
  OutputRequest request;
  request.path = folder / "a.mkv";
  request.encoder = "libsvtav1";
  EncoderReport report;
  std::vector<Warning> warnings;
  const auto sink = open_sink(plan_output(request), {128, 96}, report, warnings);
  CHECK(::sched_getscheduler(0) == before);
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task"))
    CHECK(::sched_getscheduler(std::stoi(thread.path().filename().string())) == before);
  sink->write(frame_of(picture({128, 96}, 0)), Rect{0, 0, 128, 96}, 0);
  sink->finish(1);
}
