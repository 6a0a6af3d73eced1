// The page of a measurement: the chart with all the numbers behind it.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench_chart.h"
#include "cli/bench_document.h"
#include "cli/version.h"

namespace rustcam::cli {

namespace {

// The chart's colours are attributes, which rules come before: so it can be dark as well.
constexpr const char* style =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--rule:#d5d9df;--note:#fff4d6}"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 "
    "auto;"
    "padding:1rem;max-width:76rem}"
    "h1{font-size:1.3rem;margin:.2rem 0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}"
    "p,dd{max-width:46rem}"
    "svg{width:100%;max-width:30rem;height:auto;display:block;margin:0 auto}"
    ".wide{overflow-x:auto}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.875rem;"
    "line-height:1.3}"
    "th,td{padding:.3rem .5rem;text-align:right;vertical-align:bottom;border-bottom:1px solid "
    "var(--rule)}"
    "th:first-child,td:first-child{text-align:left;position:sticky;left:0;background:var(--paper);"
    "padding-left:0;min-width:5rem}"
    "dt{font-weight:600}dd{margin:0 0 .5rem}code{white-space:nowrap}"
    ".warnings{background:var(--note);border-left:4px solid #d9a400;margin:.5rem 0;"
    "padding:.4rem .8rem .4rem 1.8rem;font-size:.9rem}"
    ".warnings li{margin:.3rem 0}"
    "@media(prefers-color-scheme:dark){"
    ":root{--paper:#16181c;--ink:#e4e7ec;--rule:#3d434c;--note:#3a3010}"
    "svg [fill=\"#ffffff\"]{fill:var(--paper)}svg [fill=\"#1f2328\"]{fill:var(--ink)}"
    "svg [fill=\"#6a7280\"]{fill:#a2a9b5}svg [stroke=\"#1f2328\"]{stroke:var(--ink)}"
    "svg [stroke=\"#d5d9df\"]{stroke:var(--rule)}}";

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
         cell(fixed(run.analysis_pct, 1)) + cell(fixed(t.fingerprinted_pct, 0)) + "</tr>\n";
}

std::string table(const std::vector<RunResult>& runs) {
  std::string out =
      "<div class=\"wide\"><table>\n<tr><th>mode</th><th>calls/s</th><th>valid fps</th>"
      "<th>unique fps</th><th>changed %</th><th>missed %</th><th>presented fps</th>"
      "<th>interval p50&nbsp;ms</th><th>interval p99&nbsp;ms</th><th>interval max&nbsp;ms</th>"
      "<th>call p50&nbsp;ms</th><th>latency p50&nbsp;ms</th><th>latency p99&nbsp;ms</th>"
      "<th>CPU %</th><th>counting %</th><th>finger<wbr>printed %</th></tr>\n";
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
    "<dt>CPU</dt><dd>Of one core, for capturing alone.</dd>\n"
    "<dt>counting</dt><dd>Of one core, for reading frame counters and taking fingerprints.</dd>\n"
    "</dl>\n";

/// An option in it stays in one piece at the end of a line.
std::string with_code(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t word = text.find("--", at);
    if (word == std::string::npos) word = text.size();
    const std::size_t end = std::min(text.find_first_of(" ,;", word), text.size());
    out += escaped(text.substr(at, word - at));
    if (word < end) out += "<code>" + escaped(text.substr(word, end - word)) + "</code>";
    at = end;
  }
  return out;
}

std::string warning_list(const std::vector<Warning>& warnings) {
  if (warnings.empty()) return {};
  std::string out = "<h2>What disturbed it</h2>\n<ul class=\"warnings\">\n";
  for (const Warning& warning : warnings)
    out += "<li>" + with_code(warning.text) +
           (warning.hint.empty() ? "" : "; " + with_code(warning.hint)) + ".</li>\n";
  return out + "</ul>\n";
}

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
      ", " + fixed(to_s(plan.run.duration), 1) + "&nbsp;s each.</p>\n";
  out += to_svg(draw_bench(result, plan.run.selection));
  out += warning_list(warnings);
  out += "<h2>The numbers</h2>\n" + table(result.median);
  out += "<h2>Every run</h2>\n" + table(result.runs) + meaning;
  return out + "<p>rustcam-cli " + program_version + "</p>\n</body>\n</html>\n";
}

}  // namespace rustcam::cli
