#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "support.h"

namespace rustcam::media_test {

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "rustcam-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::shared_ptr<Picture> picture(Size size, std::int64_t number) {
  auto image = std::make_shared<Picture>(Image(PixelFormat::bgra, size));
  const std::int64_t room = std::max(1, size.width - 16);
  const std::int64_t left = number % room * 7 % room;
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      std::uint8_t* p = image->view().row(y) + 4 * x;
      const bool inside = x >= left && x < left + 16 && y >= 4 && y < 20;
      p[0] = static_cast<std::uint8_t>(inside ? 20 : x * 255 / size.width);
      p[1] = static_cast<std::uint8_t>(inside ? 230 : y * 255 / size.height);
      p[2] = inside ? 240 : 90;
      p[3] = 255;
    }
  return image;
}

std::shared_ptr<Picture> flat(Size size, Colour colour) {
  auto image = std::make_shared<Picture>(Image(PixelFormat::bgra, size));
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      std::uint8_t* p = image->view().row(y) + 4 * x;
      p[0] = colour.b;
      p[1] = colour.g;
      p[2] = colour.r;
      p[3] = 255;
    }
  return image;
}

Frame frame_of(std::shared_ptr<const Picture> picture) {
  Frame frame;
  frame.picture = std::move(picture);
  return frame;
}

std::unique_ptr<FrameSink> open_read_sink(const OutputPlan& plan, Size size, EncoderReport& report,
                                          std::vector<Warning>& warnings) {
  for (int tries = 0;; ++tries) try {
      return open_sink(plan, size, report, warnings);
    } catch (const NoReader&) {
      REQUIRE(tries < 3000);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

Recorded record(const OutputRequest& request, Size size, const std::vector<std::int64_t>& slots,
                std::int64_t end) {
  Recorded r;
  r.plan = plan_output(request);
  const auto sink = open_read_sink(r.plan, size, r.report, r.warnings);
  for (const std::int64_t slot : slots)
    sink->write(frame_of(picture(size, slot)), Rect::of(size), slot);
  sink->finish(end);
  r.files = sink->files();
  r.encoded = sink->encoded_size();
  return r;
}

std::vector<std::int64_t> every_slot(std::int64_t count) {
  std::vector<std::int64_t> slots;
  for (std::int64_t i = 0; i < count; ++i) slots.push_back(i);
  return slots;
}

std::string run(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  std::array<char, 65536> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.append(buffer.data(), n);
  const int status = pclose(pipe);
  CAPTURE(command);
  CAPTURE(out.substr(0, 2000));
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  return out;
}

std::vector<std::string> probe(const std::string& path, const std::string& section,
                               const std::string& field) {
  std::istringstream out(run("ffprobe -v error -select_streams v -show_entries " + section + "=" +
                             field + " -of default=nw=1:nk=1 '" + path + "'"));
  std::vector<std::string> values;
  for (std::string line; std::getline(out, line);)
    if (!line.empty()) values.push_back(line);
  return values;
}

std::string probe_one(const std::string& path, const std::string& section,
                      const std::string& field) {
  const auto values = probe(path, section, field);
  return values.empty() ? std::string() : values.front();
}

void check_plays(const std::string& path) {
  CHECK(run("ffmpeg -v error -i '" + path + "' -f null -").empty());
}

std::vector<std::uint8_t> decode_first(const std::string& path, const std::string& pix_fmt,
                                       const std::string& filter) {
  const std::string raw = path + ".decoded";
  run("ffmpeg -v error -y -i '" + path + "' -vf " + filter + " -frames:v 1 -f rawvideo -pix_fmt " +
      pix_fmt + " '" + raw + "'");
  FILE* file = fopen(raw.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::vector<std::uint8_t> bytes(std::filesystem::file_size(raw));
  REQUIRE(fread(bytes.data(), 1, bytes.size(), file) == bytes.size());
  fclose(file);
  std::filesystem::remove(raw);
  return bytes;
}

}  // namespace rustcam::media_test
