// One run: warm up, count for exactly the duration, tell the numbers.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "measure/options.h"
#include "measure/tally.h"

namespace rustcam {

struct RunResult {
  BenchMode mode = BenchMode::grab;
  bool pointer = true;
  Duration duration{};  ///< the counted time
  double call_fps = 0;
  Tally tally;
  double cpu_pct = 0;        ///< of one core, for capturing; the analysis not counted
  double analysis_pct = 0;   ///< of one core, for reading counters and taking fingerprints
  double late_wake_pct = 0;  ///< share of a sleeping thread's wake-ups that were over 2 ms late
  std::string loss;          ///< why the output was away when the run ended; empty if it was not
};

/// nullopt if a stop request came first. Throws what opening and reading the screen throw.
std::optional<RunResult> measure_run(const RunOptions& options, const std::stop_token& stop);

}  // namespace rustcam
