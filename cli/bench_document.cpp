#include "cli/bench_document.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "cli/table.h"

namespace rustcam::cli {

namespace {

/// Three digits after the point are more than any of these numbers can mean.
double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

Json number(std::optional<double> value) {
  return value ? Json(rounded(*value)) : Json(nullptr);
}

Json describe_times(const std::optional<Percentiles>& p) {
  if (!p) return nullptr;
  return {{"p50", rounded(p->p50)}, {"p99", rounded(p->p99)}, {"max", rounded(p->max)}};
}

Json describe_run(const RunResult& run) {
  const Tally& t = run.tally;
  return {{"mode", name(run.mode)},
          {"pointer", run.pointer},
          {"duration_s", rounded(to_s(run.duration))},
          {"call_fps", rounded(run.call_fps)},
          {"valid_fps", rounded(t.valid_fps)},
          {"unique_fps", number(t.unique_fps)},
          {"changed_pct", number(t.changed_pct)},
          {"missed_pct", number(t.missed_pct)},
          {"presented_fps", number(t.presented_fps)},
          {"grab_us", describe_times(t.grab_us)},
          {"interval_us", describe_times(t.interval_us)},
          {"latency_us", describe_times(t.latency_us)},
          {"cpu_pct", rounded(run.cpu_pct)},
          {"analysis_pct", rounded(run.analysis_pct)},
          {"late_wake_pct", rounded(run.late_wake_pct)},
          {"fingerprinted_pct", rounded(t.fingerprinted_pct)}};
}

std::string with_unit(const std::string& text, const std::string& unit) {
  return text == "-" ? text : text + " " + unit;
}

std::string ms(double Percentiles::*part, const std::optional<Percentiles>& p) {
  if (!p) return "-";
  return with_unit(fixed((*p).*part / 1000, 2), "ms");
}

/// Numbers stand below one another by their last digit.
std::string right(const std::string& text, std::size_t width) {
  const std::size_t own = utf8_length(text);
  return own < width ? std::string(width - own, ' ') + text : text;
}

}  // namespace

Json bench_document(const BenchResult& result, const Selection& selection,
                    const std::vector<Warning>& warnings) {
  Json document = new_document("rustcam.bench/1");
  add_warnings(document, warnings);
  document["backend"] = selection.backend->name();
  document["output"] = describe(selection.target);
  document["stimulus"] = {{"name", result.stimulus.name},
                          {"hz", number(result.stimulus.hz)},
                          {"presented_fps", number(result.stimulus.presented_fps)}};
  document["runs"] = Json::array();
  for (const RunResult& run : result.runs) document["runs"].push_back(describe_run(run));
  document["median"] = Json::array();
  for (const RunResult& run : result.median) document["median"].push_back(describe_run(run));
  return document;
}

std::string bench_subject(const BenchResult& result, const Selection& selection) {
  std::string text =
      result.stimulus.name == "none" ? "what the screen shows" : result.stimulus.name;
  if (result.stimulus.hz) {
    const std::string hz = fixed(result.stimulus.hz, 2);
    text += " at " + (hz.ends_with(".00") ? hz.substr(0, hz.size() - 3) : hz) + " Hz";
  }
  return text + " on " + printable(selection.target.name) + " (" +
         std::string(selection.backend->name()) + ", " + to_string(selection.target.size()) + ")";
}

std::string bench_table(const BenchResult& result, const BenchPlan& plan) {
  if (result.median.empty()) return {};
  const std::vector<std::string> head{"mode",    "pointer",  "valid/s",  "unique/s", "changed",
                                      " missed", "interval", "     p99", " latency", "    CPU"};
  Table table(head);
  for (const RunResult& run : result.median) {
    const Tally& t = run.tally;
    const std::vector<std::string> cells{
        std::string(name(run.mode)),
        run.pointer ? "on" : "off",
        fixed(t.valid_fps, 1),
        fixed(t.unique_fps, 1),
        with_unit(fixed(t.changed_pct, 0), "%"),
        with_unit(fixed(t.missed_pct, 2), "%"),
        ms(&Percentiles::p50, t.interval_us),
        ms(&Percentiles::p99, t.interval_us),
        ms(&Percentiles::p50, t.latency_us),
        with_unit(fixed(run.cpu_pct, 1), "%"),
    };
    std::vector<std::string> row(cells.begin(), cells.begin() + 2);
    for (std::size_t i = 2; i < cells.size(); ++i)
      row.push_back(right(cells[i], utf8_length(head[i])));
    table.row(std::move(row));
  }
  std::string out = bench_subject(result, plan.run.selection);
  if (result.stimulus.presented_fps)
    out += ", " + fixed(result.stimulus.presented_fps, 1) + " frames a second presented";
  out += "\n\n" + table.text() + "\n";
  out += plan.repeat > 1 ? "The run in the middle of " + std::to_string(plan.repeat) : "One run";
  out += ", " + fixed(to_s(plan.run.duration), 1) +
         " s each. CPU is of one core, for capturing alone; counting took " +
         fixed(result.median.front().analysis_pct, 1) + " % more.\n";
  return out;
}

std::string kind_name(const RunResult& run) {
  return std::string(name(run.mode)) + (run.pointer ? ", pointer on" : ", pointer off");
}

std::string fixed(std::optional<double> value, int digits) {
  if (!value) return "-";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, *value);
  return text.data();
}

}  // namespace rustcam::cli
