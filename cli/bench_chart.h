// Charts of a measurement.
#pragma once

#include <string>
#include <vector>

#include "cli/drawing.h"
#include "measure/bench.h"

namespace rustcam::cli {

/// Bars of valid, unique and missed frames for each kind of run beside the rate that was presented,
/// and how the intervals between frames are spread. `result.median` must not be empty.
Drawing draw_bench(const BenchResult& result, const Selection& selection);

/// A page that needs nothing else: the chart, the numbers of every run, the warnings.
std::string bench_page(const BenchResult& result, const BenchPlan& plan,
                       const std::vector<Warning>& warnings);

/// The bytes of a chart file, by the ending of its path: .svg, .png or .html.
std::string bench_chart(const std::string& path, const BenchResult& result, const BenchPlan& plan,
                        const std::vector<Warning>& warnings);

}  // namespace rustcam::cli
