// What a measurement found, as JSON and as a table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/document.h"
#include "measure/bench.h"

namespace rustcam::cli {

/// `rustcam.bench/1`. `warnings`: all, in the order to tell them.
Json bench_document(const BenchResult& result, const Selection& selection,
                    const std::vector<Warning>& warnings);

/// For people: what was measured, and a line for each kind of run. Ends with a line break.
std::string bench_table(const BenchResult& result, const BenchPlan& plan);

/// "flip_demo at 180 Hz on DP-1 (x11, 1920x1080)".
std::string bench_subject(const BenchResult& result, const Selection& selection);

/// "grab, pointer on".
std::string kind_name(const RunResult& run);

/// With so many digits after the point; "-" for what is not known.
std::string fixed(std::optional<double> value, int digits);

}  // namespace rustcam::cli
