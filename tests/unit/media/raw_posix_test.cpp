#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "image/convert.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

TEST_CASE("raw video is exactly its pictures, in every format and at odd sizes") {
  const TempFolder folder;
  for (const Size size : {Size{64, 48}, Size{33, 21}})
    for (const char* format : {"bgra", "bgr", "rgba", "rgb", "gray", "nv12", "yuv420p"}) {
      CAPTURE(format);
      const std::string path = folder / (std::string(format) + to_string(size) + ".raw");
      OutputRequest request;
      request.path = path;
      request.pixel_format = format;
      const auto r = record(request, size, every_slot(7), 7);
      CHECK(r.report.name == "rawvideo");
      const auto bytes = packed_bytes(*pixel_format_by_name(format), size);
      CHECK(static_cast<std::int64_t>(std::filesystem::file_size(path)) == 7 * bytes);
      CHECK(r.files[0].bytes == 7 * bytes);
    }
}

TEST_CASE("y4m is read back with its size, rate and range") {
  const TempFolder folder;
  for (const char* format : {"yuv420p", "yuv444p", "gray"}) {
    CAPTURE(format);
    const std::string path = folder / (std::string(format) + ".y4m");
    OutputRequest request;
    request.path = path;
    request.pixel_format = format;
    request.fps = Rational{60000, 1001};
    record(request, {67, 45}, every_slot(6), 6);
    CHECK(probe(path, "packet", "pts").size() == 6);
    CHECK(probe_one(path, "stream", "width") == "67");
    CHECK(probe_one(path, "stream", "r_frame_rate") == "60000/1001");
    CHECK(probe_one(path, "stream", "pix_fmt") == format);
    if (std::string(format) != "gray") CHECK(probe_one(path, "stream", "color_range") == "tv");
    check_plays(path);
  }
}

TEST_CASE("only the damage is converted, and nothing stale is ever written") {
  const TempFolder folder;
  const Size size{90, 70};
  std::mt19937 random(20240607);
  for (const char* format : {"bgra", "rgb", "yuv420p"}) {
    const std::string path = folder / (std::string(format) + ".raw");
    OutputRequest request;
    request.path = path;
    request.pixel_format = format;
    EncoderReport report;
    std::vector<Warning> warnings;
    const auto sink = open_sink(plan_output(request), size, report, warnings);
    const auto image = picture(size, 0);
    Image want(*pixel_format_by_name(format), size);
    std::vector<std::uint8_t> expected;
    for (int slot = 0; slot < 40; ++slot) {
      Region damage;
      for (int i = 0; i < static_cast<int>(random() % 4); ++i) {
        const auto left = static_cast<std::int32_t>(random() % 80);
        const auto top = static_cast<std::int32_t>(random() % 60);
        const Rect r{left, top, left + 1 + static_cast<std::int32_t>(random() % 10),
                     top + 1 + static_cast<std::int32_t>(random() % 10)};
        damage.add(r);
        for (std::int32_t y = r.top; y < r.bottom; ++y)
          for (std::int32_t x = 4 * r.left; x < 4 * r.right; ++x)
            if (x % 4 != 3) image->view().row(y)[x] = static_cast<std::uint8_t>(random());
      }
      sink->write(frame_of(image), slot == 0 ? Region(Rect::of(size)) : damage, slot);
      convert(as_const(image->view()), want.view());
      for (int plane = 0; plane < plane_count(want.format()); ++plane) {
        const Size samples = plane_size(want.format(), plane, size);
        const auto p = want.view().planes[static_cast<std::size_t>(plane)];
        for (std::int32_t y = 0; y < samples.height; ++y)
          expected.insert(expected.end(), p.row(y),
                          p.row(y) + samples.width * bytes_per_sample(want.format(), plane));
      }
    }
    sink->finish(40);
    FILE* f = fopen(path.c_str(), "rb");
    REQUIRE(f != nullptr);
    std::vector<std::uint8_t> got(expected.size() + 1);
    got.resize(fread(got.data(), 1, got.size(), f));
    fclose(f);
    CHECK(got == expected);
  }
}

TEST_CASE("raw video in containers that can hold it is read back exactly") {
  const TempFolder folder;
  struct Case {
    const char* name;
    const char* format;
    const char* ffmpeg;
  };
  for (const Case& c :
       {Case{"a.nut", "bgra", "bgra"}, Case{"b.nut", "rgb", "rgb24"},
        Case{"c.nut", "yuv420p", "yuv420p"}, Case{"d.nut", "gray", "gray"},
        Case{"e.nut", "bgr", "bgr24"}, Case{"f.nut", "nv12", "nv12"}, Case{"g.nut", "rgba", "rgba"},
        Case{"c.mkv", "yuv420p", "yuv420p"}, Case{"d.mkv", "gray", "gray"},
        Case{"f.mkv", "nv12", "nv12"}, Case{"g.mkv", "rgba", "rgba"}, Case{"a.mov", "bgra", "bgra"},
        Case{"b.mov", "rgb", "rgb24"}, Case{"c.mov", "rgba", "rgba"}}) {
    CAPTURE(std::string(c.name));
    CAPTURE(std::string(c.format));
    OutputRequest request;
    request.path = folder / c.name;
    request.encoder = "rawvideo";
    request.pixel_format = c.format;
    try {
      record(request, {34, 22}, every_slot(4), 4);
    } catch (const std::exception& e) {
      MESSAGE(std::string(e.what()));
      continue;
    }
    CHECK(probe_one(request.path, "stream", "pix_fmt") == std::string(c.ffmpeg));
    CHECK(probe(request.path, "packet", "pts").size() == 4);
    Image want(*pixel_format_by_name(c.format), {34, 22});
    const auto first = picture({34, 22}, 0);
    convert(as_const(first->view()), want.view());
    const auto got = decode_first(request.path, c.ffmpeg);
    REQUIRE(static_cast<std::int64_t>(got.size()) == packed_bytes(want.format(), want.size()));
    bool same = true;
    for (std::int32_t y = 0; y < 22; ++y) {
      const int row = 34 * bytes_per_sample(want.format(), 0);
      same =
          same && std::equal(want.view().row(y), want.view().row(y) + row, got.begin() + y * row);
    }
    CHECK(same);
  }
}

TEST_CASE("raw video that a container would give back changed is refused") {
  for (const auto& [path, format] : {std::pair{"a.mov", "yuv420p"}, std::pair{"a.mov", "gray"},
                                     std::pair{"a.mkv", "bgra"}, std::pair{"a.mkv", "rgb"}}) {
    OutputRequest request;
    request.path = path;
    request.encoder = "rawvideo";
    request.pixel_format = format;
    CHECK_THROWS_AS(plan_output(request), UsageError);
  }
}
