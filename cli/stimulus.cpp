#include "cli/stimulus.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>

#include "base/error.h"
#include "base/one_of.h"
#include "capture/registry.h"
#include "cli/capture_options.h"
#include "cli/document.h"
#include "cli/output_file.h"
#include "cli/stop_on_signal.h"
#include "cli/values.h"
#include "platform/precise_timer.h"
#include "platform/signals.h"

namespace rustcam::cli {

namespace {

struct Presented {
  std::int64_t frames = 0;
  std::optional<double> fps;  ///< needs two frames
};

/// False if a signal came first.
bool sleep_until(PreciseTimer& timer, TimePoint deadline, const EndSignals& signals) {
  constexpr Duration patience = std::chrono::milliseconds(50);
  while (signals.count() == 0 && now() < deadline)
    timer.sleep_until(std::min(deadline, now() + patience));
  return signals.count() == 0;
}

/// Frames are numbered as they are shown, without gaps, so that a gap in a recording is the
/// recorder's. If the system cannot keep up, periods are left out instead.
Presented present(Presenter& presenter, const StimulusOptions& options, const EndSignals& signals,
                  StopOnSignal& stop) {
  PreciseTimer timer;
  Presented shown;
  const TimePoint begin = now();
  if (options.ticks) stop.end_at(begin + slot_offset(options.hz, *options.ticks));
  TimePoint first{};
  TimePoint last{};
  bool closed = false;
  for (std::int64_t tick = 0; !options.ticks || tick < *options.ticks; ++tick) {
    const TimePoint due = begin + slot_offset(options.hz, tick);
    if (begin + slot_offset(options.hz, tick + 1) <= now()) continue;
    if (!sleep_until(timer, due, signals)) break;
    last = now();
    if (shown.frames == 0) first = last;
    try {
      closed = !presenter.present(shown.frames);
    } catch (const Interrupted&) {
      break;
    }
    if (closed) break;
    ++shown.frames;
  }
  // The last frame stays for its period as well.
  if (options.ticks && !closed)
    sleep_until(timer, begin + slot_offset(options.hz, *options.ticks), signals);
  const std::int64_t replaced = presenter.never_shown();
  if (shown.frames > replaced + 1 && last > first)
    shown.fps = static_cast<double>(shown.frames - replaced - 1) / to_s(last - first);
  shown.frames -= replaced;
  return shown;
}

}  // namespace

std::unique_ptr<Command> make_stimulus() {
  return std::make_unique<Stimulus>();
}

void Stimulus::declare(Parser& parser) {
  StimulusArguments& a = arguments_;
  parser.positional(
      "NAME", a.name,
      {{},
       one_of(scene_names()),
       {},
       "mover",
       "flip_demo: a new full-screen colour each frame (it flashes); mover: a moving window over a "
       "still picture; clap: a flash at each whole second",
       scene_names()});
  parser.section("Options");
  parser.value("--hz", a.hz, {"N", "frames a second", "60", "--hz 180"});
  parser.value("--duration", a.duration,
               {"S", "seconds", "until the window is closed or a signal comes", "--duration 10"});
  parser.value("--size", a.size,
               {"WxH", "the window's size", "the whole output", "--size 1280x720"});
  parser.value("-o,--output", a.output,
               {"O",
                "an output's index or name, as `rustcam-cli list` shows it",
                "the primary output",
                "-o DP-1",
                {},
                {},
                ValueKind::output});
  add_backend_option(parser, a.backend, "which system's screen: ");
  parser.flag("--no-barcode", a.no_barcode, "without the frame number in the picture");
  parser.flag("--json", a.json, "tell on stdout, in JSON, at the end, how many frames were shown");
}

StimulusOptions check_stimulus(const StimulusArguments& given) {
  StimulusOptions options;
  if (!given.name) throw UsageError("which stimulus? give " + one_of(scene_names()));
  parse_choice("NAME", *given.name, scene_names());
  options.presenter.scene = *given.name;
  options.presenter.output = given.output;
  options.presenter.barcode = !given.no_barcode;
  if (given.output) refuse_file_as_output("record", *given.output);
  if (given.backend) options.backend = *given.backend;
  if (given.hz) options.hz = parse_fps("--hz", *given.hz);
  options.presenter.hz = options.hz;
  if (given.size) options.presenter.size = parse_size("--size", *given.size);
  if (given.duration)
    options.ticks = slots_in(options.hz, parse_seconds("--duration", *given.duration, 0.001));
  options.json = given.json;
  return options;
}

int Stimulus::run(Context& context) {
  StimulusOptions options = check_stimulus(arguments_);
  const EndSignals signals;
  // A screen that does not answer holds up neither a signal nor the end.
  StopOnSignal stop(signals);
  options.presenter.patience.stop = stop.token();
  const Backend& backend = find_presenter(options.backend, options.presenter.patience);
  if (!backend.presents())
    throw Error("the back end " + std::string(backend.name()) +
                " has no screen to show a stimulus on; record its own with --backend " +
                std::string(backend.name()) + " -o " + options.presenter.scene);
  const Presented shown = present(*backend.present(options.presenter), options, signals, stop);
  context.log.info("presented " + std::to_string(shown.frames) + " frames");
  if (options.json) {
    Json document = new_document("rustcam.stimulus/1");
    document["presented"] = shown.frames;
    document["presented_fps"] = or_null(shown.fps);
    write_stdout(to_text(document), unless_read(signals));
  }
  return exit_done;
}

}  // namespace rustcam::cli
