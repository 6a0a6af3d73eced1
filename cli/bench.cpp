#include "cli/bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "cli/bench_chart.h"
#include "cli/bench_document.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/stop_on_signal.h"
#include "platform/console.h"
#include "platform/signals.h"
#include "platform/start_thread.h"

namespace rustcam::cli {

namespace {

BenchPlan plan_of(const BenchOptions& options, const Selection& selection) {
  BenchPlan plan;
  plan.run.selection = selection;
  plan.run.rate = options.hz;
  plan.run.warmup = options.warmup;
  plan.run.duration = options.duration;
  plan.run.timeout = options.capture.timeout;
  plan.run.fingerprint = options.fingerprint;
  plan.modes = options.modes;
  plan.all_modes = options.all_modes;
  plan.pointers = options.pointers;
  plan.repeat = options.repeat;
  plan.stimulus = options.stimulus;
  return plan;
}

/// A virtual output shows what its name says, at its own rate: another one must not be measured in
/// its place unnoticed. (The modes that are paced take --hz for themselves.)
void check_stimulus(const BenchOptions& options, const Selection& selection) {
  if (!selection.backend->shows_own_stimulus()) return;
  const TargetInfo& target = selection.target;
  const std::string shown = target.name.substr(0, target.name.find_first_of("@,"));
  const bool paced = std::any_of(options.modes.begin(), options.modes.end(), [](BenchMode mode) {
    return mode == BenchMode::frames || mode == BenchMode::record;
  });
  const bool other_stimulus =
      options.stimulus_given && options.stimulus && *options.stimulus != shown;
  const bool other_rate = options.hz_given && !paced && target.refresh_hz &&
                          std::abs(*target.refresh_hz - options.hz.value()) > 1e-6;
  if (!other_stimulus && !other_rate) return;
  const std::string stimulus = options.stimulus_given ? options.stimulus.value_or(shown) : shown;
  throw UsageError("the output " + target.name +
                   " shows its own stimulus at its own rate, whatever --stimulus and --hz say: use "
                   "-o " +
                   stimulus + "@" + to_string(target.size()) +
                   (options.hz_given ? "@" + to_string(options.hz) : ""));
}

BenchResult measure(const BenchPlan& plan, const std::stop_token& stop, Log& log) {
  ProgressDisplay display(
      stderr_is_terminal() && !log.quiet() ? ProgressMode::live : ProgressMode::none, log.quiet());
  return run_bench(plan, stop, [&](BenchMode mode, bool pointer, int number, int of) {
    const std::string line = std::string(name(mode)) +
                             (pointer ? ", pointer on" : ", pointer off") + ": run " +
                             std::to_string(number) + " of " + std::to_string(of);
    display.status(line);
    log.debug(line);
  });
}

std::vector<Warning> all_warnings(std::vector<Warning> first, const BenchResult& result) {
  first.insert(first.end(), result.warnings.begin(), result.warnings.end());
  if (result.interrupted)
    first.push_back({"interrupted",
                     result.runs.empty() ? "interrupted before the first run was over"
                                         : "interrupted: the last run is left out",
                     "let it run to its end, or give a shorter --duration"});
  return first;
}

}  // namespace

std::unique_ptr<Command> make_bench() {
  return std::make_unique<Bench>();
}

int Bench::run(Context& context) {
  BenchOptions options = check_bench(arguments_);
  if (options.chart_path) check_output_file(*options.chart_path, options.force);
  const EndSignals signals;
  const StopOnSignal stop(signals);
  options.capture.request.patience.stop = stop.token();
  std::vector<Warning> notes;
  const Selection selection = select(options.capture, context.log, notes);
  warn_of_comparing(selection.target, context.log, notes);
  check_stimulus(options, selection);
  const BenchPlan plan = plan_of(options, selection);

  const BenchResult result = measure(plan, stop.token(), context.log);
  const std::vector<Warning> warnings = all_warnings(notes, result);
  for (std::size_t i = notes.size(); i < warnings.size(); ++i)
    context.log.warning(warnings[i].text + "; " + warnings[i].hint);

  if (options.chart_path && !result.median.empty())
    write_file(*options.chart_path, bench_chart(*options.chart_path, result, plan, warnings),
               options.force, unless_read(signals));
  write_stdout(options.json ? to_text(bench_document(result, selection, warnings))
                            : bench_table(result, plan),
               unless_read(signals));
  return exit_done;
}

}  // namespace rustcam::cli
