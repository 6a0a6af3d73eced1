// The options of `bench`: declared, and checked into a value.
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/one_of.h"
#include "cli/bench.h"
#include "cli/output_file.h"
#include "cli/values.h"

namespace rustcam::cli {

namespace {

constexpr Choices<std::optional<BenchMode>, 6> modes{{{"grab", BenchMode::grab},
                                                      {"latest", BenchMode::latest},
                                                      {"frames", BenchMode::frames},
                                                      {"record", BenchMode::record},
                                                      {"gpu", BenchMode::gpu},
                                                      {"all", std::nullopt}}};
constexpr Choices<FingerprintKind, 2> fingerprints{
    {{"sparse", FingerprintKind::sparse}, {"full", FingerprintKind::full}}};
const std::vector<std::string> pointers{"on", "off", "both"};
const std::vector<std::string> stimuli{"flip_demo", "mover", "none"};

void check_modes(const BenchArguments& given, BenchOptions& options) {
  const auto mode = modes.parse("--mode", given.mode.value_or("grab"));
  options.all_modes = !mode;
  for (const auto& each : modes.list)
    if (each.value && (!mode || each.value == mode)) options.modes.push_back(*each.value);

  switch (parse_choice("--pointer", given.pointer.value_or("on"), pointers)) {
    case 0:
      options.pointers = {true};
      break;
    case 1:
      options.pointers = {false};
      break;
    default:
      options.pointers = {true, false};
      break;
  }
}

void check_chart(const BenchArguments& given, BenchOptions& options) {
  if (!given.chart) return;
  const std::string& path = *given.chart;
  if (!path.ends_with(".svg") && !path.ends_with(".png") && !path.ends_with(".html"))
    throw UsageError("--chart '" + path + "' is not valid: end it in .svg, .png or .html");
  options.chart_path = path;
}

}  // namespace

void declare_bench(Parser& parser, BenchArguments& a) {
  add_capture_options(parser, a.capture, false);
  parser.section("The measurement");
  parser.value(
      "--stimulus", a.stimulus,
      {"S", "flip_demo or mover, shown meanwhile; none: whatever is on the screen", "flip_demo",
       "--stimulus mover", "The virtual back end measures its output's own stimulus", stimuli});
  parser.value("--hz", a.hz, {"N", "the stimulus's rate", "180", "--hz 60"});
  parser.value("--duration", a.duration, {"S", "seconds of each run", "4", "--duration 10"});
  parser.value("--warmup", a.warmup,
               {"S", "seconds before each run that do not count", "0.5", "--warmup 1"});
  parser.value("--repeat", a.repeat,
               {"N", "runs of each kind; the one with the median valid rate is reported", "3",
                "--repeat 5"});
  parser.value("--mode", a.mode,
               {"M", one_of(modes.names()), "grab", "--mode latest",
                "grab: one call a frame; latest: a background thread; frames: paced at `--hz`; "
                "record: the loop of `record` with a sink that only counts, at `--hz`; "
                "gpu: shared textures (Windows)",
                modes.names()});
  parser.value("--pointer", a.pointer,
               {"P", "drawn: " + one_of(pointers), "on", "--pointer both", {}, pointers});
  parser.value("--fingerprint", a.fingerprint,
               {"F",
                "of each picture: sparse (every 13th byte of every 8th row) or full",
                "sparse",
                "--fingerprint full",
                {},
                fingerprints.names()});
  parser.section("The result");
  parser.flag("--json", a.json, "as a JSON document");
  parser.value("--chart", a.chart,
               {"FILE",
                "a chart, as .svg, .png or .html",
                {},
                "--chart bench.svg",
                {},
                {},
                ValueKind::file});
  parser.flag("--force", a.force, "overwrite a chart that exists");
}

BenchOptions check_bench(const BenchArguments& given) {
  BenchOptions options;
  options.capture = check_capture_options("bench", given.capture);
  options.stimulus = given.stimulus.value_or("flip_demo");
  if (parse_choice("--stimulus", *options.stimulus, stimuli) == 2) options.stimulus.reset();
  options.stimulus_given = given.stimulus.has_value();
  options.hz_given = given.hz.has_value();
  if (given.hz) options.hz = parse_fps("--hz", *given.hz);
  if (given.duration) options.duration = from_s(parse_seconds("--duration", *given.duration, 0.1));
  if (given.warmup) options.warmup = from_s(parse_seconds("--warmup", *given.warmup, 0));
  if (given.repeat)
    options.repeat = static_cast<int>(parse_integer("--repeat", *given.repeat, 1, 1000));
  check_modes(given, options);
  if (given.fingerprint)
    options.fingerprint = fingerprints.parse("--fingerprint", *given.fingerprint);
  check_chart(given, options);
  options.force = given.force;
  options.json = given.json;
  return options;
}

}  // namespace rustcam::cli
