// What is shown on stderr while a recording runs.
#pragma once

#include <cstddef>
#include <string>

#include "base/time.h"
#include "record/options.h"

namespace rustcam::cli {

enum class ProgressMode { none = 1, live, plain, json };

class ProgressDisplay {
 public:
  ProgressDisplay(ProgressMode mode, bool quiet);
  ~ProgressDisplay();  ///< takes the live line away
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// Called often; plain and json print once a second.
  void show(const Progress& progress);
  /// Seconds left before `what` ("recording") begins.
  void countdown(const std::string& what, int seconds_left);
  /// Any other live line.
  void status(const std::string& line);
  /// Takes the live line away, so that something else can be printed.
  void clear();

 private:
  void draw(const std::string& line);

  ProgressMode mode_;
  bool quiet_;
  std::size_t drawn_ = 0;
  TimePoint next_{};
};

/// "0:05.2  60.0 fps  fresh 310  repeated 2  late 0  1.2 MB", and a bar for the level
/// of each track of sound.
std::string progress_line(const Progress& progress);
std::string progress_json(const Progress& progress);

}  // namespace rustcam::cli
