// Sessions on the virtual display, into real files.
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

/// Of the steps between neighbouring slots, the part that is another than `step`.
double other_steps(const Raw& raw, std::uint32_t step) {
  int other = 0;
  for (std::size_t i = 1; i < raw.barcodes.size(); ++i)
    if (raw.barcodes[i] - raw.barcodes[i - 1] != step) ++other;
  return static_cast<double>(other) / static_cast<double>(raw.barcodes.size() - 1);
}

void check_order(const Raw& raw) {
  for (std::size_t i = 1; i < raw.barcodes.size(); ++i)
    CHECK(raw.barcodes[i] >= raw.barcodes[i - 1]);
}

/// 120 slots at 60 fps, of which nearly all are `step` frames apart. Alone on a machine all are; on
/// a busy one the best of eight has to do.
Raw record_evenly(const std::string& output, std::uint32_t step) {
  Raw raw;
  for (int attempt = 0; attempt < 8; ++attempt) {
    raw = record_raw(output, {60, 1}, 120);
    check_order(raw);
    if (other_steps(raw, step) <= 0.05) return raw;
  }
  CHECK(other_steps(raw, step) <= 0.05);
  return raw;
}

}  // namespace

TEST_CASE("60 Hz at 60 fps: each slot holds the next frame") {
  const Raw raw = record_evenly("mover@320x240@60", 1);
  CHECK(raw.statistics.slots == 120);
  CHECK(raw.statistics.fresh + raw.statistics.repeated == 120);
}

TEST_CASE("300 Hz at 60 fps: each slot holds the fifth frame after") {
  const Raw raw = record_evenly("mover@320x240@300", 5);
  REQUIRE(raw.statistics.coalesced);
  CHECK(*raw.statistics.coalesced > 300);
}

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
