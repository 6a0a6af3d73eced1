// The options of `bench`: declared, and checked into a value.
#include <cstddef>
#include <iterator>
#include <string>

#include "base/error.h"
#include "cli/bench.h"
#include "cli/output_file.h"
#include "cli/values.h"

namespace rustcam::cli {

namespace {

void check_modes(const BenchArguments& given, BenchOptions& options) {
  constexpr BenchMode modes[]{BenchMode::grab, BenchMode::latest, BenchMode::frames,
                              BenchMode::gpu};
  const std::size_t choice = parse_choice("--mode", given.mode.value_or("grab"),
                                          {"grab", "latest", "frames", "gpu", "all"});
  options.all_modes = choice == 4;
  if (options.all_modes)
    options.modes.assign(std::begin(modes), std::end(modes));
  else
    options.modes = {modes[choice]};

  switch (parse_choice("--pointer", given.pointer.value_or("on"), {"on", "off", "both"})) {
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
  parser.value("--stimulus", a.stimulus,
               {"S", "flip_demo or mover, shown meanwhile; none: whatever is on the screen",
                "flip_demo", "--stimulus mover"});
  parser.value("--hz", a.hz, {"N", "the stimulus's rate", "180", "--hz 60"});
  parser.value("--duration", a.duration, {"S", "seconds of each run", "4", "--duration 10"});
  parser.value("--warmup", a.warmup,
               {"S", "seconds before each run that do not count", "0.5", "--warmup 1"});
  parser.value("--repeat", a.repeat,
               {"N", "runs of each kind; the median one is reported", "3", "--repeat 5"});
  parser.value("--mode", a.mode,
               {"M", "grab, latest, frames, gpu or all", "grab", "--mode latest"});
  parser.value("--pointer", a.pointer, {"P", "drawn: on, off or both", "on", "--pointer both"});
  parser.value("--fingerprint", a.fingerprint,
               {"F", "of each picture: sparse (every 13th byte of every 8th row) or full", "sparse",
                "--fingerprint full"});
  parser.section("The result");
  parser.flag("--json", a.json, "as a JSON document");
  parser.value("--chart", a.chart,
               {"FILE", "a chart, as .svg, .png or .html", {}, "--chart bench.svg"});
  parser.flag("--force", a.force, "overwrite a chart that exists");
}

BenchOptions check_bench(const BenchArguments& given) {
  BenchOptions options;
  options.capture = check_capture_options("bench", given.capture);
  options.stimulus = given.stimulus.value_or("flip_demo");
  if (parse_choice("--stimulus", *options.stimulus, {"flip_demo", "mover", "none"}) == 2)
    options.stimulus.reset();
  if (given.hz) options.hz = parse_fps("--hz", *given.hz);
  if (given.duration) options.duration = from_s(parse_seconds("--duration", *given.duration, 0.1));
  if (given.warmup) options.warmup = from_s(parse_seconds("--warmup", *given.warmup, 0));
  if (given.repeat)
    options.repeat = static_cast<int>(parse_integer("--repeat", *given.repeat, 1, 1000));
  check_modes(given, options);
  if (parse_choice("--fingerprint", given.fingerprint.value_or("sparse"), {"sparse", "full"}) == 1)
    options.fingerprint = FingerprintKind::full;
  check_chart(given, options);
  options.force = given.force;
  options.json = given.json;
  return options;
}

}  // namespace rustcam::cli
