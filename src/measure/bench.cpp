#include "measure/bench.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "base/error.h"
#include "measure/stimulus_process.h"
#include "measure/warnings.h"

namespace rustcam {

namespace {

/// A stimulus may have to wait for a compositor, or for a machine that is busy.
constexpr Duration stimulus_patience = std::chrono::seconds(10);

bool shares_textures(const Selection& selection) {
  return selection.session->open(SourceOptions{.pointer = false, .patience = selection.patience})
             ->gpu() != nullptr;
}

/// An output that is its own stimulus begins its name with it.
StimulusReport own_stimulus(const TargetInfo& target) {
  return {target.name.substr(0, target.name.find_first_of("@,")), target.refresh_hz, {}};
}

class Bench {
 public:
  Bench(const BenchPlan& plan, const std::stop_token& stop, const RunAnnouncement& announce)
      : plan_(plan), stop_(stop), announce_(announce) {}

  BenchResult run() {
    const std::vector<BenchMode> modes = possible_modes();
    start_stimulus();
    for (const BenchMode mode : modes)
      for (const bool pointer : plan_.pointers) {
        if (stop_.stop_requested()) break;
        measure(mode, pointer);
      }
    result_.interrupted = stop_.stop_requested();
    if (process_)
      result_.stimulus.presented_fps = process_->stop();
    else
      result_.stimulus.presented_fps = seen_rate();
    return std::move(result_);
  }

 private:
  void start_stimulus() {
    const Selection& selection = plan_.run.selection;
    if (selection.backend->shows_own_stimulus()) {
      result_.stimulus = own_stimulus(selection.target);
      return;
    }
    result_.stimulus = {plan_.stimulus.value_or("none"), {}, {}};
    if (!plan_.stimulus) return;
    if (!selection.backend->presents() && !selection.backend->chosen_by_dialogue())
      throw Error("the back end " + std::string(selection.backend->name()) +
                  " cannot show a stimulus; measure what is on the screen with --stimulus none");
    result_.stimulus.hz = plan_.run.rate.value();
    process_ = std::make_unique<StimulusProcess>(selection, *plan_.stimulus, plan_.run.rate);
    if (!process_->wait_until_seen(stimulus_patience, stop_) && !stop_.stop_requested())
      result_.warnings.push_back(stimulus_unseen_warning());
  }

  std::vector<BenchMode> possible_modes() const {
    std::vector<BenchMode> modes = plan_.modes;
    const auto gpu = std::find(modes.begin(), modes.end(), BenchMode::gpu);
    const Selection& selection = plan_.run.selection;
    if (gpu == modes.end() || shares_textures(selection)) return modes;
    if (!plan_.all_modes)
      throw CaptureError("the back end " + std::string(selection.backend->name()) +
                         " shares no textures of " + selection.target.name +
                         " here; measure with --mode grab");
    modes.erase(gpu);
    return modes;
  }

  void measure(BenchMode mode, bool pointer) {
    std::vector<RunResult> runs;
    for (int number = 1; number <= plan_.repeat; ++number) {
      announce_(mode, pointer, number, plan_.repeat);
      RunOptions options = plan_.run;
      options.mode = mode;
      options.pointer = pointer;
      const std::optional<RunResult> run = measure_run(options, stop_);
      if (!run) break;
      if (process_) process_->check();
      runs.push_back(*run);
    }
    if (runs.empty()) return;
    const RunConditions conditions{result_.stimulus.hz, plan_.run.selection.target.refresh_hz};
    for (const Warning& warning : run_warnings(runs, conditions))
      result_.warnings.push_back(warning);
    result_.median.push_back(median_run(runs));
    for (RunResult& run : runs) result_.runs.push_back(std::move(run));
  }

  /// If nobody else tells: as the counters in the pictures had it, in the run in the middle.
  std::optional<double> seen_rate() const {
    std::vector<double> rates;
    for (const RunResult& run : result_.runs)
      if (run.tally.presented_fps) rates.push_back(*run.tally.presented_fps);
    if (rates.empty()) return std::nullopt;
    std::sort(rates.begin(), rates.end());
    return rates[(rates.size() - 1) / 2];
  }

  const BenchPlan& plan_;
  std::stop_token stop_;
  const RunAnnouncement& announce_;
  std::unique_ptr<StimulusProcess> process_;
  BenchResult result_;
};

}  // namespace

BenchResult run_bench(const BenchPlan& plan, const std::stop_token& stop,
                      const RunAnnouncement& announce) {
  return Bench(plan, stop, announce).run();
}

const RunResult& median_run(const std::vector<RunResult>& runs) {
  std::vector<const RunResult*> order;
  for (const RunResult& run : runs) order.push_back(&run);
  std::stable_sort(order.begin(), order.end(), [](const RunResult* a, const RunResult* b) {
    return a->tally.valid_fps < b->tally.valid_fps;
  });
  return *order[(order.size() - 1) / 2];
}

}  // namespace rustcam
