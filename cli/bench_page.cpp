// The page of a measurement: the chart with all the numbers behind it.
#include "cli/bench_chart.h"
#include "cli/bench_document.h"
#include "cli/version.h"

namespace rustcam::cli {

namespace {

constexpr const char* style =
    "body{font:16px/1.5 system-ui,sans-serif;color:#1f2328;background:#fff;margin:0 auto;"
    "padding:1rem;max-width:46rem}"
    "h1{font-size:1.3rem;margin:.2rem 0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}"
    "svg{width:100%;max-width:30rem;height:auto;display:block;margin:0 auto}"
    ".wide{overflow-x:auto}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}"
    "th,td{padding:.25rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid "
    "#d5d9df}"
    "th:first-child,td:first-child{text-align:left}"
    "dt{font-weight:600}dd{margin:0 0 .5rem}"
    ".warning{background:#fff4d6;border-left:4px solid #d9a400;padding:.4rem .8rem;margin:.5rem 0}";

std::string cell(const std::string& text) {
  return "<td>" + escaped(text) + "</td>";
}

std::string ms(const std::optional<Percentiles>& p, double Percentiles::*part) {
  return p ? fixed((*p).*part / 1000, 2) : "-";
}

std::string row(const RunResult& run) {
  const Tally& t = run.tally;
  return "<tr>" + cell(kind_name(run)) + cell(fixed(run.call_fps, 1)) +
         cell(fixed(t.valid_fps, 1)) + cell(fixed(t.unique_fps, 1)) +
         cell(fixed(t.changed_pct, 1)) + cell(fixed(t.missed_pct, 2)) +
         cell(fixed(t.presented_fps, 1)) + cell(ms(t.interval_us, &Percentiles::p50)) +
         cell(ms(t.interval_us, &Percentiles::p99)) + cell(ms(t.interval_us, &Percentiles::max)) +
         cell(ms(t.grab_us, &Percentiles::p50)) + cell(ms(t.latency_us, &Percentiles::p50)) +
         cell(ms(t.latency_us, &Percentiles::p99)) + cell(fixed(run.cpu_pct, 1)) +
         cell(fixed(t.fingerprinted_pct, 0)) + "</tr>\n";
}

std::string table(const std::vector<RunResult>& runs) {
  std::string out =
      "<div class=\"wide\"><table>\n<tr><th>mode</th><th>calls/s</th><th>valid fps</th>"
      "<th>unique fps</th><th>changed&nbsp;%</th><th>missed&nbsp;%</th><th>presented fps</th>"
      "<th>interval p50&nbsp;ms</th><th>p99</th><th>max</th><th>call p50&nbsp;ms</th>"
      "<th>latency "
      "p50&nbsp;ms</th><th>p99</th><th>CPU&nbsp;%</th><th>fingerprinted&nbsp;%</th></tr>\n";
  for (const RunResult& run : runs) out += row(run);
  return out + "</table></div>\n";
}

constexpr const char* meaning =
    "<h2>What the words mean</h2>\n<dl>\n"
    "<dt>valid</dt><dd>A frame came. A source that hands out the same picture again has these "
    "too.</dd>\n"
    "<dt>unique</dt><dd>Distinct pictures, by the md5 of their pixels.</dd>\n"
    "<dt>changed</dt><dd>Frames that differ from the one before.</dd>\n"
    "<dt>missed</dt><dd>Frames that were presented and never came, read from the frame counter in "
    "the picture.</dd>\n"
    "<dt>latency</dt><dd>From a frame's presentation to the moment it is handed out.</dd>\n"
    "<dt>CPU</dt><dd>Of one core, for capturing alone.</dd>\n</dl>\n";

}  // namespace

std::string bench_page(const BenchResult& result, const BenchPlan& plan,
                       const std::vector<Warning>& warnings) {
  const std::string subject = escaped(bench_subject(result, plan.run.selection));
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>rustcam-cli "
      "bench: " +
      subject + "</title>\n<style>" + style +
      "</style>\n</head>\n<body>\n<h1>Frames that arrive</h1>\n<p>" + subject + ". " +
      (plan.repeat > 1 ? "The run in the middle of " + std::to_string(plan.repeat)
                       : std::string("One run")) +
      ", " + fixed(to_s(plan.run.duration), 1) + " s each.</p>\n";
  out += to_svg(draw_bench(result, plan.run.selection));
  if (!warnings.empty()) out += "<h2>What disturbed it</h2>\n";
  for (const Warning& warning : warnings)
    out += "<p class=\"warning\">" + escaped(warning.text) +
           (warning.hint.empty() ? "" : "; " + escaped(warning.hint)) + ".</p>\n";
  out += "<h2>The numbers</h2>\n" + table(result.median);
  out += "<h2>Every run</h2>\n" + table(result.runs) + meaning;
  return out + "<p>rustcam-cli " + program_version + "</p>\n</body>\n</html>\n";
}

}  // namespace rustcam::cli
