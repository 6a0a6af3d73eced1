// What the driver was asked and what was wrong with it, as JSON in the file that
// RUSTCAM_NVENC_REPORT names:
//   {"violations": {text: count}, "leaks": {"sessions", "buffers", "resources", "contexts"},
//   "sessions": [...]}
// Written at the end of the process, and at each session's beginning and end in case the process
// ends at once. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace nvenc {

/// What one session that was initialised was asked for, and did. Absent values are null in the
/// report.
struct SessionReport {
  std::string codec;
  std::string preset;
  std::string tuning;
  std::string rate_control;
  std::string profile;
  std::optional<double> cq;
  std::optional<std::uint32_t> qp;
  std::uint32_t bitrate = 0;         ///< bits a second, 0: none
  std::uint32_t max_bitrate = 0;     ///< bits a second, 0: none
  std::optional<std::uint32_t> gop;  ///< pictures; none: infinite
  std::int32_t b_frames = 0;         ///< between two others
  std::uint32_t lookahead = 0;       ///< pictures
  bool zero_latency = false;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t fps_num = 0;
  std::uint32_t fps_den = 0;
  std::uint32_t matrix = 2;  ///< as H.264's VUI numbers it
  bool full_range = false;
  std::optional<std::string> input;  ///< "memory" or "texture"
  std::optional<std::string> format;
  std::uint64_t frames = 0;
  std::uint64_t packets = 0;
  std::uint64_t reconfigured = 0;
};

/// What has to be given back.
enum class Kind { session, buffer, resource, context };

/// Something that NVENC or CUDA forbids.
void violation(const std::string& what);

/// One more (or, with -1, one less) is in use.
void live(Kind kind, int by);

/// Goes into the report, with what it is when that is written.
void add_session(std::shared_ptr<const SessionReport> session);

void write_report();

}  // namespace nvenc
