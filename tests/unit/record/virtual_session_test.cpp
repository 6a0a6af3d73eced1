// Sessions on the virtual display, into real files and in real time: what holds however busy the
// machine is.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "record/session.h"
#include "stimulus/barcode.h"

using namespace rustcam;

namespace {

constexpr Size size{320, 240};

struct Raw {
  RecordStatistics statistics;
  std::vector<std::uint32_t> barcodes;  ///< of every slot
};

/// Records raw bgra from `output` and reads the frame numbers back.
Raw record_raw(const std::string& output, Rational fps, std::int64_t slots) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      ("rustcam-session-" + std::to_string(now().time_since_epoch().count()));
  std::filesystem::create_directory(folder);
  RecordOptions options;
  TargetRequest target;
  target.backend = "virtual";
  target.output = output;
  options.selection = select_target(target);
  OutputRequest request;
  request.path = (folder / "out.raw").string();
  request.format = "rawvideo";
  request.fps = fps;
  options.plan = plan_output(request);
  options.duration_slots = slots;

  Raw raw;
  raw.statistics = record(options, {});
  std::ifstream file(request.path, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  file.close();
  std::filesystem::remove_all(folder);
  const auto frame_bytes = static_cast<std::size_t>(packed_bytes(PixelFormat::bgra, size));
  REQUIRE(bytes.size() == frame_bytes * static_cast<std::size_t>(slots));
  for (std::size_t at = 0; at < bytes.size(); at += frame_bytes) {
    ConstImageView view;
    view.size = size;
    view.planes[0] = {reinterpret_cast<const std::uint8_t*>(bytes.data()) + at, size.width * 4};
    const auto value = read_barcode(view);
    REQUIRE(value);
    raw.barcodes.push_back(*value);
  }
  return raw;
}

void check_order(const Raw& raw) {
  for (std::size_t i = 1; i < raw.barcodes.size(); ++i)
    CHECK(raw.barcodes[i] >= raw.barcodes[i - 1]);
}

}  // namespace

TEST_CASE("statistics agree with the pictures") {
  const Raw raw = record_raw("mover@320x240@40", {60, 1}, 90);
  std::int64_t distinct = 1;
  for (std::size_t i = 1; i < raw.barcodes.size(); ++i)
    if (raw.barcodes[i] != raw.barcodes[i - 1]) ++distinct;
  CHECK(raw.statistics.fresh == distinct);
  check_order(raw);
}

TEST_CASE("a screen that is lost and comes back goes on where it is") {
  const Raw raw = record_raw("mover@320x240@60,loss=0.6+0.3", {60, 1}, 100);
  check_order(raw);
  CHECK(raw.statistics.recoveries.size() == 1);
  CHECK(raw.barcodes.back() > raw.barcodes.front() + 60);
}
