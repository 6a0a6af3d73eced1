#include "cli/progress.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "base/utf8.h"
#include "cli/document.h"
#include "cli/table.h"
#include "platform/console.h"
#include "platform/error_stream.h"

namespace rustcam::cli {

namespace {

/// A sign for each 6 dB below full scale; one that is clipped ends in '!'.
std::string level_bar(float peak) {
  constexpr int cells = 8;
  constexpr double decibels_each = 6;
  const double decibels = peak > 0 ? 20 * std::log10(peak) : -1000;
  const int filled =
      std::clamp(cells + static_cast<int>(std::ceil(decibels / decibels_each)), 0, cells);
  const auto count = static_cast<std::size_t>(filled);
  return "[" + std::string(count, '#') + std::string(cells - count, ' ') + (peak >= 1 ? "!" : "]");
}

void to_stderr(const std::string& text) {
  write_stderr(text, ErrorText::passing);
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressMode mode, bool quiet) : mode_(mode), quiet_(quiet) {}

ProgressDisplay::~ProgressDisplay() {
  clear();
}

void ProgressDisplay::show(const Progress& progress) {
  if (mode_ == ProgressMode::live) return draw(progress_line(progress));
  if (mode_ == ProgressMode::none) return;
  if (const TimePoint t = now(); t >= next_) {
    next_ = t + std::chrono::seconds(1);
    to_stderr((mode_ == ProgressMode::json ? progress_json(progress) : progress_line(progress)) +
              "\n");
  }
}

void ProgressDisplay::countdown(const std::string& what, int seconds_left) {
  if (mode_ == ProgressMode::json)
    return to_stderr("{\"countdown_s\":" + std::to_string(seconds_left) + "}\n");
  const std::string line = printable(what) + " in " + std::to_string(seconds_left) + " s";
  if (mode_ == ProgressMode::live) return draw(line);
  if (!quiet_) to_stderr(line + "\n");
}

void ProgressDisplay::status(const std::string& line) {
  if (mode_ == ProgressMode::live) draw(printable(line));
}

void ProgressDisplay::clear() {
  if (drawn_ > 0) to_stderr(std::string(1, '\r').append(drawn_, ' ').append(1, '\r'));
  drawn_ = 0;
}

void ProgressDisplay::draw(const std::string& line) {
  // The last column is left free: many terminals wrap as soon as it is filled.
  const auto columns = static_cast<std::size_t>(std::max(stderr_columns() - 1, 1));
  const std::string shown(utf8_prefix(line, columns));
  const std::size_t width = utf8_length(shown);
  const std::size_t stale = std::min(drawn_, columns);
  to_stderr(std::string(1, '\r').append(shown).append(stale > width ? stale - width : 0, ' '));
  drawn_ = width;
}

std::string progress_line(const Progress& p) {
  const auto minutes = static_cast<long long>(p.time_s / 60);
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(),
                "%lld:%04.1f  %.1f fps  fresh %lld  repeated %lld  late %lld  %s", minutes,
                std::floor((p.time_s - 60.0 * static_cast<double>(minutes)) * 10) / 10, p.fps,
                static_cast<long long>(p.fresh), static_cast<long long>(p.repeated),
                static_cast<long long>(p.late), readable_bytes(p.bytes).c_str());
  std::string line = text.data();
  for (const float peak : p.sound_peaks) line += "  sound " + level_bar(peak);
  return line;
}

std::string progress_json(const Progress& p) {
  const Json line{{"time_s", p.time_s},     {"slots", p.slots}, {"fresh", p.fresh},
                  {"repeated", p.repeated}, {"late", p.late},   {"bytes", p.bytes}};
  return line.dump();
}

}  // namespace rustcam::cli
