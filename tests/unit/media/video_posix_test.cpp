#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "media/container.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

OutputRequest request_for(const std::string& path, Rational fps = {60, 1}) {
  OutputRequest r;
  r.path = path;
  r.encoder = path.ends_with(".webm") ? "auto" : "x264";
  r.fps = fps;
  return r;
}

/// Every frame's time is exactly n slots, and the file as long as all of them.
void check_exact(const std::string& path, Rational fps, std::int64_t count) {
  const auto times = probe(path, "packet", "pts");
  const std::string base = probe_one(path, "stream", "time_base");
  const std::int64_t ticks = std::atoll(base.substr(base.find('/') + 1).c_str());
  REQUIRE(static_cast<std::int64_t>(times.size()) == count);
  for (std::int64_t n = 0; n < count; ++n)
    CHECK(std::atoll(times[static_cast<std::size_t>(n)].c_str()) * fps.num == n * fps.den * ticks);
  CHECK(std::atoll(probe_one(path, "stream", "duration_ts").c_str()) * fps.num ==
        count * fps.den * ticks);
  CHECK(probe_one(path, "stream", "nb_frames") == std::to_string(count));
}

}  // namespace

TEST_CASE("an mp4 has every slot at its exact time, and plays") {
  for (const Rational fps : {Rational{60, 1}, Rational{60000, 1001}, Rational{24000, 1001}}) {
    CAPTURE(to_string(fps));
    const TempFolder folder;
    for (const char* name : {"a.mp4", "a.mov"}) {
      const std::string path = folder / name;
      const auto r = record(request_for(path, fps), {320, 200}, every_slot(150), 150);
      CHECK(r.report.name == "libx264");
      REQUIRE(r.files.size() == 1);
      CHECK(r.files[0].slots == 150);
      CHECK(r.files[0].bytes == static_cast<std::int64_t>(std::filesystem::file_size(path)));
      check_exact(path, fps, 150);
      check_plays(path);
      CHECK(probe_one(path, "stream", "r_frame_rate") ==
            std::to_string(fps.num) + "/" + std::to_string(fps.den));
    }
  }
}

TEST_CASE("a file is tagged with what its colours mean") {
  const TempFolder folder;
  for (const char* name : {"a.mp4", "a.mkv", "a.webm", "a.mov", "a.nut"}) {
    CAPTURE(name);
    const std::string path = folder / name;
    record(request_for(path), {320, 200}, every_slot(5), 5);
    for (const char* field : {"color_space", "color_transfer", "color_primaries"})
      CHECK(probe_one(path, "stream", field) == "bt709");
    CHECK(probe_one(path, "stream", "color_range") == "tv");
  }
}

TEST_CASE("matroska and webm keep slot times to the millisecond") {
  const TempFolder folder;
  for (const char* name : {"a.mkv", "a.webm"}) {
    CAPTURE(name);
    const std::string path = folder / name;
    record(request_for(path), {320, 200}, every_slot(90), 90);
    const auto times = probe(path, "packet", "pts");
    REQUIRE(times.size() == 90);
    for (std::size_t n = 0; n < times.size(); ++n)
      CHECK(std::abs(std::atof(times[n].c_str()) - static_cast<double>(n) * 1000.0 / 60) <= 0.51);
    CHECK(std::abs(std::atof(probe_one(path, "format", "duration").c_str()) - 1.5) <= 0.001);
    check_plays(path);
  }
}

TEST_CASE("a flat colour comes back within 2 at CRF 10") {
  const TempFolder folder;
  for (const Colour c : {Colour{200, 30, 60}, Colour{10, 220, 40}, Colour{128, 128, 128},
                         Colour{255, 255, 255}, Colour{0, 0, 0}, Colour{20, 60, 250}}) {
    const std::string path = folder / "flat.mp4";
    OutputRequest request = request_for(path);
    request.crf = 10;
    request.force = true;
    EncoderReport report;
    std::vector<Warning> warnings;
    const auto sink = open_sink(plan_output(request), {64, 64}, report, warnings);
    const auto image = flat({64, 64}, c);
    for (int n = 0; n < 10; ++n)
      sink->write(frame_of(image), n == 0 ? Region(Rect{0, 0, 64, 64}) : Region(), n);
    sink->finish(10);
    const auto rgb = decode_first(path, "rgb24", "scale=flags=accurate_rnd+full_chroma_int");
    REQUIRE(rgb.size() == 64 * 64 * 3);
    for (std::size_t i = 0; i < rgb.size(); i += 3) {
      REQUIRE(std::abs(rgb[i] - c.r) <= 2);
      REQUIRE(std::abs(rgb[i + 1] - c.g) <= 2);
      REQUIRE(std::abs(rgb[i + 2] - c.b) <= 2);
    }
  }
}

TEST_CASE("odd sizes are padded if the encoder refuses them, and kept elsewhere") {
  const TempFolder folder;
  const Size odd{193, 109};
  auto r = record(request_for(folder / "a.mp4"), odd, every_slot(3), 3);
  CHECK(r.encoded == Size{194, 110});
  REQUIRE(r.warnings.size() == 1);
  CHECK(r.warnings[0].code == "padded");
  CHECK(probe_one(folder / "a.mp4", "stream", "width") == "194");

  OutputRequest full = request_for(folder / "b.mp4");
  full.pixel_format = "yuv444p";
  r = record(full, odd, every_slot(3), 3);
  CHECK(r.encoded == odd);
  CHECK(r.warnings.empty());

  r = record(request_for(folder / "c.webm"), odd, every_slot(3), 3);
  CHECK(r.encoded == odd);
  CHECK(probe_one(folder / "c.webm", "stream", "height") == "109");
}

TEST_CASE("missing slots lengthen the sample before them") {
  const TempFolder folder;
  const std::string path = folder / "vfr.mp4";
  OutputRequest request = request_for(path);
  request.vfr = true;
  record(request, {160, 120}, {0, 1, 50, 51, 119}, 120);
  const auto times = probe(path, "packet", "pts_time");
  REQUIRE(times.size() == 5);
  CHECK(std::abs(std::atof(times[2].c_str()) - 50.0 / 60) < 1e-5);
  CHECK(std::abs(std::atof(times[4].c_str()) - 119.0 / 60) < 1e-5);
  CHECK(std::abs(std::atof(probe_one(path, "stream", "duration").c_str()) - 2.0) < 1e-5);
  check_plays(path);
}

TEST_CASE("a picture that is larger than a fragment is whole") {
  const TempFolder folder;
  const std::string path = folder / "a.mov";
  OutputRequest request = request_for(path, {10, 1});
  request.encoder = "rawvideo";
  const Size large{4200, 4200};
  record(request, large, every_slot(3), 3);
  CHECK(probe_one(path, "stream", "nb_frames") == "3");
  for (const std::string& size : probe(path, "packet", "size"))
    CHECK(size == std::to_string(4LL * large.width * large.height));
}

TEST_CASE("the longest gap that a file can tell comes back exactly") {
  const TempFolder folder;
  struct Case {
    std::string name;
    Rational fps;
  };
  const Rational fine{999'999'999, 1'000'000};
  for (const Case& c : {Case{"a.mp4", fine}, Case{"a.mov", fine}, Case{"a.mp4", {60, 1}},
                        Case{"a.ts", {60, 1}}, Case{"a.mkv", {60, 1}}, Case{"a.nut", {60, 1}}}) {
    const std::string name = c.name;
    const Rational fps = c.fps;
    CAPTURE(name);
    CAPTURE(to_string(fps));
    OutputRequest request = request_for(folder / name, fps);
    request.force = true;
    request.vfr = true;
    const Container& container = *plan_output(request).container;
    constexpr std::int64_t a_month = 60LL * 60 * 24 * 30 * 60;
    const std::int64_t gap = std::min(longest_slots(container, fps), a_month);
    const auto r = record(request, {64, 48}, {0, 1, 1 + gap, 1 + 2 * gap}, 2 + 2 * gap);
    const auto times = probe(folder / name, "packet", "pts_time");
    REQUIRE(times.size() == 4);
    const auto seconds = [&times](std::size_t i) {
      return std::stod(times[i]) - std::stod(times[0]);
    };
    const double period = 1 / fps.value();
    const double tick = 1.0 / 1000;
    CHECK(std::abs(seconds(1) - period) <= tick);
    CHECK(std::abs(seconds(2) - static_cast<double>(1 + gap) * period) <= tick);
    CHECK(std::abs(seconds(3) - static_cast<double>(1 + 2 * gap) * period) <= tick);
  }
}

TEST_CASE("a picture after a pause is at its time wherever a fragment begins") {
  for (const char* name : {"a.mp4", "a.mov", "a.mkv"}) {
    CAPTURE(std::string(name));
    const TempFolder folder;
    OutputRequest request = request_for(folder / name);
    request.vfr = true;
    const std::vector<std::int64_t> slots{0, 31, 90, 91, 150, 300, 330};
    record(request, {160, 120}, slots, 400);
    const auto times = probe(folder / name, "packet", "pts_time");
    REQUIRE(times.size() == slots.size() + 1);  // and one at the end
    for (std::size_t i = 0; i < slots.size(); ++i)
      CHECK(std::abs(std::atof(times[i].c_str()) - static_cast<double>(slots[i]) / 60) < 1e-3);
    CHECK(std::abs(std::atof(times.back().c_str()) - 399.0 / 60) < 1e-3);
    check_plays(folder / name);
  }
}

TEST_CASE("a picture of another size in mid-recording is fitted into the first") {
  const TempFolder folder;
  const std::string path = folder / "a.mp4";
  EncoderReport report;
  std::vector<Warning> warnings;
  OutputRequest request = request_for(path);
  request.crf = 5;
  const auto sink = open_sink(plan_output(request), {200, 100}, report, warnings);
  sink->write(frame_of(flat({200, 100}, {0, 0, 255})), Rect{0, 0, 200, 100}, 0);
  sink->write(frame_of(flat({100, 100}, {255, 255, 255})), Rect{0, 0, 100, 100}, 1);
  sink->write(frame_of(flat({100, 100}, {255, 255, 255})), {}, 2);
  sink->finish(3);
  const auto gray = decode_first(path, "gray", "select=eq\\(n\\\\,2\\)");
  REQUIRE(gray.size() == 200 * 100);
  CHECK(gray[50 * 200 + 10] < 20);
  CHECK(gray[50 * 200 + 100] > 230);
  CHECK(gray[50 * 200 + 190] < 20);
}

TEST_CASE("a hurried end leaves out what the encoder holds, and the file plays") {
  for (const char* name : {"a.mp4", "a.mkv"})
    for (const std::int64_t written : {1, 100}) {
      CAPTURE(std::string(name));
      CAPTURE(written);
      const TempFolder folder;
      const Size size{320, 180};
      OutputRequest request;
      request.path = folder / name;
      request.encoder = "x264";
      request.fragment = std::chrono::seconds(10);  // a long one lets x264 look far ahead
      request.preset = "slower";
      EncoderReport report;
      std::vector<Warning> warnings;
      const auto sink = open_sink(plan_output(request), size, report, warnings);
      for (std::int64_t slot = 0; slot < written; ++slot)
        sink->write(frame_of(picture(size, static_cast<int>(slot))), Rect::of(size), slot);
      sink->hurry();
      sink->finish(written);
      if (written > 1) CHECK(written - sink->kept().samples > 10);
      CHECK(probe(folder / name, "frame", "pkt_pos").size() ==
            static_cast<std::size_t>(sink->kept().samples));
      check_plays(folder / name);
      if (std::string(name) == "a.mp4")
        CHECK(std::abs(std::atof(probe_one(folder / name, "format", "duration").c_str()) -
                       static_cast<double>(written) / 60) < 1e-3);
    }
}
