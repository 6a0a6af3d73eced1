#include "cli/bench_chart.h"

#include <algorithm>
#include <cmath>
#include <span>

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

// Narrow, so that it can be read on a phone.
constexpr double width = 480;
constexpr double margin = 16;
constexpr double bar_left = 84;
constexpr double bar_right = 360;
constexpr double value_left = 372;
constexpr double bar_height = 13;
constexpr double bar_step = 17;
constexpr double histogram_height = 70;
constexpr int histogram_bins = 50;

/// What the bars are compared with.
struct Reference {
  double fps = 0;
  std::string name;
};

Reference reference_of(const BenchResult& result, const Selection& selection) {
  if (result.stimulus.presented_fps) return {*result.stimulus.presented_fps, "presented"};
  if (result.stimulus.hz) return {*result.stimulus.hz, "asked for"};
  if (selection.target.refresh_hz) return {*selection.target.refresh_hz, "screen's refresh rate"};
  return {};
}

class Chart {
 public:
  Chart(const BenchResult& result, const Selection& selection)
      : result_(result), reference_(reference_of(result, selection)) {
    double most = reference_.fps;
    for (const RunResult& run : result.median) most = std::max(most, run.tally.valid_fps);
    per_fps_ = most > 0 ? (bar_right - bar_left) / most : 0;
    head(selection);
    const double top = y_;
    for (const RunResult& run : result.median) bars(run);
    reference_line(top);
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
    label(margin, 52, cut(bench_subject(result_, selection), 72), 12, faint);
    double x = margin;
    for (const auto& [name, color] :
         {std::pair{"valid", valid_color}, {"unique", unique_color}, {"missed", missed_color}}) {
      drawing_.shapes.emplace_back(Box{x, 66, 10, 10, color});
      label(x + 15, 75, name, 12, ink);
      x += 72;
    }
    if (reference_.fps > 0) {
      drawing_.shapes.emplace_back(Line{x + 4, 64, x + 4, 78, ink, true});
      label(x + 15, 75, reference_.name + " " + fixed(reference_.fps, 1), 12, ink);
    }
    y_ = 92;
  }

  void bars(const RunResult& run) {
    const Tally& t = run.tally;
    label(margin, y_ + 12, kind_name(run), 12, ink, Anchor::start, true);
    y_ += 18;
    bar("valid", t.valid_fps, valid_color, {});
    bar("unique", t.unique_fps, unique_color, {});
    std::optional<double> missed;
    if (t.missed_pct) missed = *t.missed_pct / 100 * t.presented_fps.value_or(reference_.fps);
    bar("missed", missed, missed_color,
        t.missed_pct ? " (" + fixed(t.missed_pct, 2) + " %)" : std::string());
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

  void reference_line(double top) {
    if (reference_.fps <= 0) return;
    const double x = bar_left + reference_.fps * per_fps_;
    drawing_.shapes.emplace_back(Line{x, top, x, y_ - 8, ink, true});
  }

  void histogram(const RunResult& run) {
    const std::vector<Duration>& intervals = run.tally.intervals;
    if (intervals.empty()) return;
    const double most_ms = to_us(intervals[intervals.size() / 2]) / 1000 * 2.5;
    const std::vector<int> bins = count(intervals, most_ms);
    y_ += 12;
    label(margin, y_ + 12, "Time between frames: " + kind_name(run), 12, ink, Anchor::start, true);
    y_ += 22;
    const double left = margin;
    const double step = (width - 2 * margin) / histogram_bins;
    const int highest = *std::max_element(bins.begin(), bins.end());
    const double base = y_ + histogram_height;
    for (int i = 0; i < histogram_bins; ++i) {
      const int frames = bins[static_cast<std::size_t>(i)];
      if (frames == 0) continue;
      const double height = std::max(1.0, histogram_height * frames / highest);
      drawing_.shapes.emplace_back(
          Box{left + i * step, base - height, step - 1, height, valid_color});
    }
    if (reference_.fps > 0) {
      const double x = left + 1000 / reference_.fps / most_ms * (width - 2 * margin);
      if (x < width - margin) drawing_.shapes.emplace_back(Line{x, y_ - 2, x, base, ink, true});
    }
    drawing_.shapes.emplace_back(Line{left, base, width - margin, base, rule, false});
    label(left, base + 14, "0", 12, faint);
    label(width / 2, base + 14, fixed(most_ms / 2, 1) + " ms", 12, faint, Anchor::middle);
    label(width - margin, base + 14, fixed(most_ms, 1) + " ms and more", 12, faint, Anchor::end);
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

  static std::string cut(const std::string& text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    std::size_t end = bytes - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
  }

  const BenchResult& result_;
  Reference reference_;
  double per_fps_ = 0;
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
