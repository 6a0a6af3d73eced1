#include "cli/bench_chart.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/utf8.h"
#include "cli/bench_document.h"
#include "media/still_writer.h"

namespace rustcam::cli {

namespace {

constexpr Color ink = 0x1F2328;
constexpr Color faint = 0x6A7280;
constexpr Color rule = 0xD5D9DF;
constexpr Color valid_color = 0x2F6FDE;
constexpr Color unique_color = 0x2C9A5B;
constexpr Color missed_color = 0xD9483B;

// As narrow as a phone's screen, which then need not make the words smaller.
constexpr double width = 400;
constexpr double margin = 16;
constexpr double bar_left = 72;
constexpr double bar_right = 288;
constexpr double value_left = 298;
constexpr double bar_height = 13;
constexpr double bar_step = 17;
constexpr double histogram_height = 70;
constexpr int histogram_bins = 50;

/// A rate that the bars are compared with, drawn as a line through them.
struct Reference {
  double fps = 0;
  std::string name;
  bool dashed = false;
};

/// What was presented, and what the screen can show at most, if it tells. One line if both
/// are the same.
std::vector<Reference> references_of(const BenchResult& result, const Selection& selection) {
  std::vector<Reference> references;
  const StimulusReport& stimulus = result.stimulus;
  if (stimulus.presented_fps)
    references.push_back({*stimulus.presented_fps, "presented", true});
  else if (stimulus.hz)
    references.push_back({*stimulus.hz, "asked for", true});
  const double refresh = selection.target.refresh_hz.value_or(0);
  constexpr double same = 0.02;
  if (refresh > 0 && (references.empty() || std::abs(references[0].fps - refresh) > same * refresh))
    references.push_back({refresh, "screen's refresh rate", false});
  return references;
}

class Chart {
 public:
  Chart(const BenchResult& result, const Selection& selection)
      : result_(result), references_(references_of(result, selection)) {
    double most = 0;
    for (const Reference& reference : references_) most = std::max(most, reference.fps);
    for (const RunResult& run : result.median) {
      most = std::max(most, run.tally.valid_fps);
      histogram_ms_ = std::max(histogram_ms_, histogram_end(run.tally.intervals));
    }
    per_fps_ = most > 0 ? (bar_right - bar_left) / most : 0;
    head(selection);
    for (const RunResult& run : result.median) bars(run);
    for (const RunResult& run : result.median) histogram(run);
    drawing_.width = width;
    drawing_.height = y_ + margin / 2;
  }

  Drawing take() { return std::move(drawing_); }

 private:
  void label(double x, double baseline, std::string text, double size, Color color,
             Anchor anchor = Anchor::start, bool bold = false) {
    drawing_.shapes.emplace_back(Label{x, baseline, std::move(text), size, color, anchor, bold});
  }

  void head(const Selection& selection) {
    drawing_.title = "Frames a second, " + bench_subject(result_, selection);
    label(margin, 32, "Frames a second", 18, ink, Anchor::start, true);
    label(margin, 52, cut(bench_subject(result_, selection), 60), 11, faint);
    double x = margin;
    for (const auto& [name, color] :
         {std::pair{"valid", valid_color}, {"unique", unique_color}, {"missed", missed_color}}) {
      drawing_.shapes.emplace_back(Box{x, 66, 10, 10, color});
      label(x + 15, 75, name, 12, ink);
      x += 72;
    }
    x = margin;
    for (const Reference& reference : references_) {
      drawing_.shapes.emplace_back(Line{x + 4, 84, x + 4, 98, ink, reference.dashed});
      label(x + 15, 95, reference.name + " " + fixed(reference.fps, 1), 12, ink);
      x += 144;
    }
    y_ = references_.empty() ? 92 : 112;
  }

  void bars(const RunResult& run) {
    const Tally& t = run.tally;
    label(margin, y_ + 12, kind_name(run), 12, ink, Anchor::start, true);
    y_ += 18;
    const double top = y_ - 2;
    bar("valid", t.valid_fps, valid_color, {});
    bar("unique", t.unique_fps, unique_color, {});
    std::optional<double> missed;
    if (t.missed_pct && t.presented_fps) missed = *t.missed_pct / 100 * *t.presented_fps;
    bar("missed", missed, missed_color,
        missed ? " (" + fixed(t.missed_pct, 2) + " %)" : std::string());
    for (const Reference& reference : references_) {
      const double x = bar_left + reference.fps * per_fps_;
      drawing_.shapes.emplace_back(Line{x, top, x, y_ - 2, ink, reference.dashed});
    }
    y_ += 8;
  }

  void bar(const std::string& name, std::optional<double> fps, Color color,
           const std::string& more) {
    const double length = fps.value_or(0) * per_fps_;
    label(bar_left - 8, y_ + 11, name, 12, faint, Anchor::end);
    if (length > 0)
      drawing_.shapes.emplace_back(Box{bar_left, y_, std::max(length, 1.0), bar_height, color});
    label(value_left, y_ + 11, fps ? fixed(fps, 1) + more : "not known", 12, ink);
    y_ += bar_step;
  }

  /// Far enough for the common intervals to stand in the middle; one scale for all, so that the
  /// histograms can be compared.
  static double histogram_end(const std::vector<Duration>& intervals) {
    return intervals.empty() ? 0 : to_us(intervals[intervals.size() / 2]) / 1000 * 2.5;
  }

  void histogram(const RunResult& run) {
    const std::vector<Duration>& intervals = run.tally.intervals;
    if (intervals.empty() || histogram_ms_ <= 0) return;
    const std::vector<int> bins = count(intervals, histogram_ms_);
    y_ += 12;
    label(margin, y_ + 12, "Time between frames: " + kind_name(run), 12, ink, Anchor::start, true);
    y_ += 22;
    const double left = margin;
    const double step = (width - 2 * margin) / histogram_bins;
    const int highest = *std::max_element(bins.begin(), bins.end());
    label(width - margin, y_ - 10, "highest: " + std::to_string(highest), 12, faint, Anchor::end);
    const double base = y_ + histogram_height;
    for (int i = 0; i < histogram_bins; ++i) {
      const int frames = bins[static_cast<std::size_t>(i)];
      if (frames == 0) continue;
      const double height = std::max(1.0, histogram_height * frames / highest);
      drawing_.shapes.emplace_back(
          Box{left + i * step, base - height, step - 1, height, valid_color});
    }
    for (const Reference& reference : references_) {
      const double x = left + 1000 / reference.fps / histogram_ms_ * (width - 2 * margin);
      if (x < width - margin)
        drawing_.shapes.emplace_back(Line{x, y_ - 2, x, base, ink, reference.dashed});
    }
    drawing_.shapes.emplace_back(Line{left, base, width - margin, base, rule, false});
    label(left, base + 14, "0", 12, faint);
    label(width / 2, base + 14, fixed(histogram_ms_ / 2, 1) + " ms", 12, faint, Anchor::middle);
    label(width - margin, base + 14, fixed(histogram_ms_, 1) + " ms and more", 12, faint,
          Anchor::end);
    y_ = base + 20;
  }

  static std::vector<int> count(std::span<const Duration> intervals, double most_ms) {
    std::vector<int> bins(histogram_bins, 0);
    for (const Duration interval : intervals) {
      const double bin = to_us(interval) / 1000 / most_ms * histogram_bins;
      ++bins[static_cast<std::size_t>(std::clamp<double>(bin, 0, histogram_bins - 1))];
    }
    return bins;
  }

  static std::string cut(const std::string& text, std::size_t characters) {
    if (utf8_length(text) <= characters) return text;
    return std::string(utf8_prefix(text, characters - 3)) + "...";
  }

  const BenchResult& result_;
  std::vector<Reference> references_;
  double per_fps_ = 0;
  double histogram_ms_ = 0;  ///< where their axis ends
  double y_ = 0;
  Drawing drawing_;
};

}  // namespace

Drawing draw_bench(const BenchResult& result, const Selection& selection) {
  return Chart(result, selection).take();
}

std::string bench_chart(const std::string& path, const BenchResult& result, const BenchPlan& plan,
                        const std::vector<Warning>& warnings) {
  if (path.ends_with(".html")) return bench_page(result, plan, warnings);
  const Drawing drawing = draw_bench(result, plan.run.selection);
  if (path.ends_with(".svg")) return to_svg(drawing);
  const Image image = to_image(drawing);
  const std::vector<std::uint8_t> png = encode_still(image.view(), {});
  return {reinterpret_cast<const char*>(png.data()), png.size()};
}

}  // namespace rustcam::cli
