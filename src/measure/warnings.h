// What makes a measurement doubtful, and what to do about it.
#pragma once

#include <optional>
#include <vector>

#include "measure/run.h"
#include "media/output_plan.h"

namespace rustcam {

struct RunConditions {
  std::optional<double> stimulus_hz;  ///< as asked for; nullopt: not our stimulus
  std::optional<double> refresh_hz;   ///< of the screen, if it tells
};

/// About the runs of one kind: each doubt once, with the worst run's number and how many runs it
/// concerns. `runs` must not be empty.
std::vector<Warning> run_warnings(const std::vector<RunResult>& runs,
                                  const RunConditions& conditions);

/// The stimulus runs, but its counter was not seen on the screen.
Warning stimulus_unseen_warning();

}  // namespace rustcam
