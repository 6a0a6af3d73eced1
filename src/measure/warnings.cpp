#include "measure/warnings.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

namespace rustcam {

namespace {

// A run is doubtful from here on.
constexpr double slow_stimulus = 0.99;  ///< of the rate asked for
constexpr double late_wakes_pct = 2;    ///< an idle machine has none
constexpr double readable_counters_pct = 99.5;
constexpr double changed_pct = 99;
constexpr double half_drawn = 1.05;  ///< of the rate presented, in different pictures

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

/// How bad a run is in one respect, 0 for not at all, and how to say it.
struct Doubt {
  std::string code;
  std::function<double(const RunResult&)> badness;
  std::function<std::string(const RunResult&)> text;
  std::string hint;
};

double below(double value, double limit) {
  return std::max(limit - value, 0.0);
}

double above(double value, double limit) {
  return std::max(value - limit, 0.0);
}

std::vector<Doubt> screen_doubts(const RunConditions& conditions) {
  const double hz = conditions.stimulus_hz.value_or(0);
  const double refresh = conditions.refresh_hz.value_or(0);
  return {
      {"no_frames", [](const RunResult& r) { return r.tally.valid_fps == 0 ? 1.0 : 0.0; },
       [](const RunResult&) { return std::string("no frame came"); },
       "let something move on the screen, or leave out --stimulus none"},
      {"source_lost", [](const RunResult& r) { return r.loss.empty() ? 0.0 : 1.0; },
       [](const RunResult& r) { return "the output was away: " + r.loss; },
       "switch the screen on, and run it again"},
      {"stimulus_slow",
       [hz](const RunResult& r) {
         return r.tally.presented_fps ? below(*r.tally.presented_fps, slow_stimulus * hz) : 0;
       },
       [hz](const RunResult& r) {
         return "the stimulus showed only " + number(*r.tally.presented_fps) + " of " + number(hz) +
                " frames a second";
       },
       "close other programs, or give a lower --hz"},
      {"above_refresh",
       [hz, refresh](const RunResult& r) {
         return refresh > 0 && hz > refresh * 1.02 ? below(r.tally.valid_fps, 0.98 * hz) : 0;
       },
       [refresh](const RunResult&) {
         return "the screen refreshes " + number(refresh) +
                " times a second, and more frames than that cannot arrive";
       },
       "give --hz " + number(refresh) + " or less"},
  };
}

std::vector<Doubt> machine_doubts() {
  return {
      {"machine_busy",
       [](const RunResult& r) { return r.late_wake_pct > late_wakes_pct ? r.late_wake_pct : 0; },
       [](const RunResult& r) {
         return "every core was taken: " + number(r.late_wake_pct) +
                " % of the wake-ups of a sleeping thread were over 2 ms late";
       },
       "close other programs, or give a lower --hz or a smaller --region"},
  };
}

std::vector<Doubt> analysis_doubts(const RunConditions& conditions) {
  const bool ours = conditions.stimulus_hz.has_value();
  return {
      {"fingerprint_share",
       [](const RunResult& r) {
         return r.mode == BenchMode::gpu || r.tally.valid_fps == 0
                    ? 0
                    : below(r.tally.fingerprinted_pct, 99.95);
       },
       [](const RunResult& r) {
         return "only " + number(r.tally.fingerprinted_pct) +
                " % of the frames have a fingerprint; unique and changed are taken from these";
       },
       "give --fingerprint sparse, a lower --hz or a smaller --region"},
      {"repeated_pictures",
       [ours](const RunResult& r) {
         return ours && !is_paced(r.mode) && r.tally.changed_pct
                    ? below(*r.tally.changed_pct, changed_pct)
                    : 0;
       },
       [](const RunResult& r) {
         return number(100 - *r.tally.changed_pct) +
                " % of the frames are the same picture as the one before";
       },
       "count unique_fps, not valid_fps: the screen hands out pictures again"},
      {"half_drawn",
       [](const RunResult& r) {
         return !is_paced(r.mode) && r.tally.presented_fps && r.tally.unique_fps
                    ? above(*r.tally.unique_fps, half_drawn * *r.tally.presented_fps)
                    : 0;
       },
       [](const RunResult& r) {
         return number(*r.tally.unique_fps) + " different pictures a second came where only " +
                number(*r.tally.presented_fps) +
                " were presented: some were caught while they were being drawn";
       },
       "look at missed_pct, or run a compositor, which shows finished pictures only"},
      {"counter_unread",
       [ours](const RunResult& r) {
         // A screen that shows no stimulus at all has no counter to be read.
         const bool expected = ours || r.tally.counted_pct.value_or(0) > 0;
         return expected && r.mode != BenchMode::gpu && r.tally.counted_pct
                    ? below(*r.tally.counted_pct, readable_counters_pct)
                    : 0;
       },
       [](const RunResult& r) {
         return "the stimulus's counter could be read in only " + number(*r.tally.counted_pct) +
                " % of the frames; missed_pct leaves out what was presented around the others";
       },
       "keep pointer and windows away from the output's top left corner, and let --region hold it"},
  };
}

/// "grab, pointer on, 2 of 3 runs: ".
std::string heading(const std::vector<RunResult>& runs, std::size_t concerned) {
  std::string text(name(runs.front().mode));
  text += runs.front().pointer ? ", pointer on" : ", pointer off";
  if (runs.size() > 1)
    text += ", " + std::to_string(concerned) + " of " + std::to_string(runs.size()) + " runs";
  return text + ": ";
}

}  // namespace

std::vector<Warning> run_warnings(const std::vector<RunResult>& runs,
                                  const RunConditions& conditions) {
  std::vector<Doubt> doubts = screen_doubts(conditions);
  for (Doubt& doubt : machine_doubts()) doubts.push_back(std::move(doubt));
  for (Doubt& doubt : analysis_doubts(conditions)) doubts.push_back(std::move(doubt));

  std::vector<Warning> warnings;
  for (const Doubt& doubt : doubts) {
    const auto worst =
        std::max_element(runs.begin(), runs.end(), [&](const RunResult& a, const RunResult& b) {
          return doubt.badness(a) < doubt.badness(b);
        });
    if (doubt.badness(*worst) <= 0) continue;
    const auto concerned = std::count_if(runs.begin(), runs.end(),
                                         [&](const RunResult& r) { return doubt.badness(r) > 0; });
    warnings.push_back({doubt.code,
                        heading(runs, static_cast<std::size_t>(concerned)) + doubt.text(*worst),
                        doubt.hint});
  }
  return warnings;
}

Warning stimulus_unseen_warning() {
  return {"stimulus_unseen", "the stimulus's window was not seen on the captured output",
          "keep other windows from covering it; without it missed_pct is not known"};
}

}  // namespace rustcam
