// The whole measurement: every mode, with and without the pointer, several times, with a stimulus.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "measure/run.h"
#include "media/output_plan.h"

namespace rustcam {

struct BenchPlan {
  /// Of each run; `mode` and `pointer` are set for each.
  RunOptions run;
  std::vector<BenchMode> modes;
  bool all_modes = false;  ///< `gpu` is left out if the system shares no textures
  std::vector<bool> pointers;
  int repeat = 3;                       ///< runs of each kind
  std::optional<std::string> stimulus;  ///< the scene to show; nullopt: none
};

/// What was on the screen.
struct StimulusReport {
  std::string name;                     ///< "none" if it was not ours
  std::optional<double> hz;             ///< as asked for
  std::optional<double> presented_fps;  ///< as reached
};

struct BenchResult {
  StimulusReport stimulus;
  std::vector<RunResult> runs;    ///< in the order in which they were made
  std::vector<RunResult> median;  ///< one for each kind
  std::vector<Warning> warnings;
  bool interrupted = false;  ///< a stop request came before the last run was over
};

/// Called before each run; numbers from 1.
using RunAnnouncement = std::function<void(BenchMode mode, bool pointer, int number, int of)>;

/// Starts the stimulus, measures, and ends it on every way out. Throws Error.
BenchResult run_bench(const BenchPlan& plan, const std::stop_token& stop,
                      const RunAnnouncement& announce);

/// The run with the median valid frame rate, the lower of two. `runs` must not be empty.
const RunResult& median_run(const std::vector<RunResult>& runs);

}  // namespace rustcam
