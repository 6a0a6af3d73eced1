#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "capture/registry.h"
#include "cli/bench_chart.h"
#include "cli/bench_document.h"
#include "cli/bitmap_font.h"
#include "cli/drawing.h"

using namespace rustcam;
using namespace rustcam::cli;

namespace {

std::uint32_t at(const Image& image, std::int32_t x, std::int32_t y) {
  const std::uint8_t* p = image.view().row(y) + std::ptrdiff_t{x} * 4;
  CHECK(p[3] == 255);
  return static_cast<std::uint32_t>(p[2] << 16 | p[1] << 8 | p[0]);
}

BenchResult some_result() {
  RunResult run;
  run.duration = std::chrono::seconds(4);
  run.tally.valid_fps = 54;
  run.tally.unique_fps = 54;
  run.tally.missed_pct = 10;
  run.tally.presented_fps = 60;
  for (int i = 0; i < 100; ++i)
    run.tally.intervals.push_back(std::chrono::milliseconds(i < 90 ? 16 : 33));
  BenchResult result;
  result.stimulus = {"a<b>&\"c\"", 60, 60};
  result.runs = {run};
  result.median = {run};
  return result;
}

BenchPlan some_plan() {
  BenchPlan plan;
  plan.run.selection.backend = backends().back();
  plan.run.selection.target.name = "screen";
  plan.run.selection.target.desktop = {0, 0, 640, 480};
  return plan;
}

}  // namespace

TEST_CASE("boxes and lines land where they should, two pixels for a unit, cut to the paper") {
  Drawing drawing{20, 10, "", {}};
  drawing.shapes.emplace_back(Box{2, 3, 4, 5, 0x123456});
  drawing.shapes.emplace_back(Box{18, 8, 50, 50, 0xABCDEF});
  drawing.shapes.emplace_back(Line{10, 0, 10, 10, 0xFF0000, false});
  const Image image = to_image(drawing);
  CHECK(image.size() == Size{40, 20});
  CHECK(at(image, 0, 0) == 0xFFFFFF);
  CHECK(at(image, 4, 6) == 0x123456);
  CHECK(at(image, 11, 15) == 0x123456);
  CHECK(at(image, 3, 6) == 0xFFFFFF);
  CHECK(at(image, 12, 6) == 0xFFFFFF);
  CHECK(at(image, 39, 19) == 0xABCDEF);
  CHECK(at(image, 20, 0) == 0xFF0000);
  CHECK(at(image, 21, 19) == 0xFF0000);
}

TEST_CASE("words stand on their baseline at the anchored place") {
  for (const Anchor anchor : {Anchor::start, Anchor::middle, Anchor::end}) {
    Drawing drawing{100, 40, "", {}};
    drawing.shapes.emplace_back(Label{50, 20, "HH", 10, 0, anchor, false});
    const Image image = to_image(drawing);
    int left = 200;
    int right = 0;
    int bottom = 0;
    for (int y = 0; y < 80; ++y)
      for (int x = 0; x < 200; ++x)
        if (at(image, x, y) == 0) {
          left = std::min(left, x);
          right = std::max(right, x);
          bottom = std::max(bottom, y);
        }
    CHECK(bottom == 39);
    if (anchor == Anchor::start) CHECK(left == 100);
    if (anchor == Anchor::middle) CHECK(std::abs((left + right) / 2 - 100) <= 2);
    if (anchor == Anchor::end) CHECK((right < 100 && right > 90));
  }
}

TEST_CASE("every printable character has a shape of its own") {
  for (char32_t a = U'!'; a <= U'~'; ++a)
    for (char32_t b = a + 1; b <= U'~'; ++b) CHECK(glyph(a) != glyph(b));
  CHECK(glyph(U' ') == Glyph{});
  CHECK(glyph(U'\u00B5') != glyph(U'u'));
  CHECK(glyph(U'\u4E2D') == glyph(U'\uFFFD'));
}

TEST_CASE("UTF-8 is taken apart, broken bytes too") {}

TEST_CASE("markup in names stays text") {
  CHECK(escaped("a<b>&\"c\"") == "a&lt;b&gt;&amp;&quot;c&quot;");
  const std::string page = bench_chart("x.html", some_result(), some_plan(), {{"c", "<i>", "&"}});
  CHECK(page.find("a<b>") == std::string::npos);
  CHECK(page.find("a&lt;b&gt;") != std::string::npos);
  CHECK(page.find("<i>") == std::string::npos);
}

TEST_CASE("an option in a warning is not broken at the end of a line") {
  const auto page = [](const std::string& text, const std::string& hint) {
    return bench_chart("x.html", some_result(), some_plan(), {{"c", text, hint}});
  };
  CHECK(page("slow", "a lower --hz or a smaller --region")
            .find("<li>slow; a lower <code>--hz</code> or a smaller <code>--region</code>.</li>") !=
        std::string::npos);
  CHECK(page("--<b>, a", "").find("<li><code>--&lt;b&gt;</code>, a.</li>") != std::string::npos);
}

TEST_CASE("the bars have the lengths of their numbers") {
  const Drawing drawing = draw_bench(some_result(), some_plan().run.selection);
  double valid = 0;
  double missed = 0;
  int bins = 0;
  for (const auto& shape : drawing.shapes)
    if (const Box* box = std::get_if<Box>(&shape)) {
      CHECK(box->x >= 0);
      CHECK(box->x + box->width <= drawing.width);
      CHECK(box->y + box->height <= drawing.height);
      if (box->height != 13) {
        if (box->color == 0x2F6FDE && box->width < 9) ++bins;
        continue;
      }
      if (box->color == 0x2F6FDE) valid = box->width;
      if (box->color == 0xD9483B) missed = box->width;
    }
  CHECK(valid / missed == doctest::Approx(9));
  CHECK(bins == 2);
}

TEST_CASE("rates that bars are compared with: what was presented, and what the screen can show") {
  const auto lines = [](std::optional<double> presented, std::optional<double> refresh) {
    BenchResult result = some_result();
    result.stimulus.presented_fps = presented;
    result.stimulus.hz.reset();
    Selection selection = some_plan().run.selection;
    selection.target.refresh_hz = refresh;
    std::vector<std::string> found;
    for (const auto& shape : draw_bench(result, selection).shapes)
      if (const Label* l = std::get_if<Label>(&shape))
        if (l->text.starts_with("presented ") || l->text.starts_with("screen's "))
          found.push_back(l->text);
    return found;
  };
  using Texts = std::vector<std::string>;
  CHECK(lines(60, {}) == Texts{"presented 60.0"});
  CHECK(lines(59.9, 60) == Texts{"presented 59.9"});
  CHECK(lines(180, 60) == Texts{"presented 180.0", "screen's refresh rate 60.0"});
  CHECK(lines({}, 60) == Texts{"screen's refresh rate 60.0"});
  CHECK(lines({}, {}).empty());
}

TEST_CASE("histograms share one scale, and the last bin takes what is beyond it") {
  BenchResult result = some_result();
  RunResult slow = result.median[0];
  for (Duration& interval : slow.tally.intervals) interval *= 4;
  result.median.push_back(slow);
  int ends = 0;
  double last = 0;
  for (const auto& shape : draw_bench(result, some_plan().run.selection).shapes) {
    if (const Label* l = std::get_if<Label>(&shape)) ends += l->text == "160.0 ms and more";
    if (const Box* box = std::get_if<Box>(&shape))
      if (box->width < 9) last = std::max(last, box->x + box->width);
  }
  CHECK(ends == 2);
  // 33 ms four times over are 132 of 160.
  CHECK(last == doctest::Approx(16 + 368 * 132 / 160.0).epsilon(0.03));
}

TEST_CASE("an unknown number is a dash, and null") {
  CHECK(fixed(std::nullopt, 2) == "-");
  CHECK(fixed(1.005, 1) == "1.0");
  BenchResult result = some_result();
  result.median[0].tally.unique_fps.reset();
  const BenchPlan plan = some_plan();
  const Json document = bench_document(result, plan.run.selection, {});
  CHECK(document["median"][0]["unique_fps"].is_null());
  CHECK(document["median"][0]["interval_us"].is_null());
  CHECK(document["runs"][0]["unique_fps"] == 54);
  CHECK(bench_table(result, plan).find("    -") != std::string::npos);
}
