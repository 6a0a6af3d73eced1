#include "cli/shot.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/one_of.h"
#include "base/path_text.h"
#include "cli/document.h"
#include "cli/grab.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/stop_on_signal.h"
#include "cli/table.h"
#include "cli/values.h"
#include "platform/console.h"
#include "platform/precise_timer.h"
#include "platform/signals.h"

namespace rustcam::cli {

namespace {

const std::vector<std::string> raw_formats{"bgra", "bgr", "rgba", "rgb", "gray"};

StillFormat format_of(const ShotArguments& given) {
  const std::string path = given.file.value_or("");
  if (given.format) {
    if (const auto format = still_format_by_name(*given.format)) return *format;
    throw UsageError("--format '" + *given.format + "' is not valid: give " +
                     one_of(still_format_names()));
  }
  if (path.empty() || path == "-") return StillFormat::png;
  if (const auto format = still_format_by_ending(path)) return *format;
  throw UsageError("'" + path +
                   "' does not tell what kind of picture it is: end it in .png, .jpg, .webp, .qoi, "
                   ".bmp or .ppm, or give --format");
}

StillOptions check_still(const ShotArguments& given) {
  StillOptions still;
  still.format = format_of(given);
  if (given.pixel_format) {
    if (still.format != StillFormat::raw)
      throw UsageError("--pixel-format is for raw pixels: add --format raw, or leave it out");
    parse_choice("--pixel-format", *given.pixel_format, raw_formats);
    still.raw_format = *pixel_format_by_name(*given.pixel_format);
  }
  if (given.quality) {
    still.quality = static_cast<int>(parse_integer("--quality", *given.quality, 1, 100));
    if (still.format != StillFormat::jpg && still.format != StillFormat::webp)
      throw UsageError("--quality is for jpg and webp: leave it out for " +
                       std::string(name(still.format)));
  }
  if (given.compression) {
    still.compression = static_cast<int>(parse_integer("--compression", *given.compression, 0, 9));
    if (still.format != StillFormat::png)
      throw UsageError("--compression is for png: leave it out for " +
                       std::string(name(still.format)));
  }
  return still;
}

struct Picture {
  std::string path;
  Selection selection;
  std::optional<ClaimedFile> claimed{};  ///< if its name was made up
};

/// Before anything is captured.
void settle_name(Picture& picture, const ShotOptions& options) {
  if (!options.named_here) return check_output_file(picture.path, options.force);
  picture.claimed.emplace(picture.path);
  picture.path = picture.claimed->path();
}

/// One picture for each output that `--all` means, or the one that was chosen.
std::vector<Picture> plan(const ShotOptions& options, Log& log, std::vector<Warning>& warnings) {
  const TargetRequest& request = options.capture.request;
  std::vector<Picture> pictures;
  const Selection first = select(options.capture, log, warnings);
  if (!options.all) {
    pictures.push_back({options.path, first});
    return pictures;
  }
  for (const TargetInfo& target : first.backend->targets(TargetKind::output, request.patience)) {
    if (request.device && target.device != *request.device) continue;
    std::string path = insert_before_ending(options.path, as_file_name(target.name));
    for (const Picture& other : pictures)
      if (other.path == path)
        path = insert_before_ending(options.path,
                                    as_file_name(target.name) + "-" + std::to_string(target.index));
    TargetRequest this_one;
    this_one.identity = target.identity;
    this_one.patience = request.patience;
    pictures.push_back(
        {std::move(path),
         {first.backend, first.backend->choose(this_one), target, {}, request.patience, {}}});
  }
  return pictures;
}

/// False if a signal came first.
bool wait(const ShotOptions& options, const EndSignals& signals, Log& log) {
  ProgressDisplay display(
      stderr_is_terminal() && !log.quiet() ? ProgressMode::live : ProgressMode::none, log.quiet());
  PreciseTimer timer;
  const TimePoint end = now() + options.delay;
  for (int shown = -1; now() < end && signals.count() == 0;) {
    const auto left =
        static_cast<int>((end - now() + std::chrono::milliseconds(999)) / std::chrono::seconds(1));
    if (left != shown && options.delay >= std::chrono::seconds(1))
      display.countdown("picture", shown = left);
    timer.sleep_until(std::min(end, now() + std::chrono::milliseconds(50)));
  }
  return signals.count() == 0;
}

/// What was made, for the document; null if a signal came first.
Json take(const Picture& picture, const ShotOptions& options, const EndSignals& signals, Log& log) {
  const TimePoint begun = now();
  const auto frame = grab(picture.selection, options.capture.cursor, options.capture.timeout,
                          [&signals] { return signals.count() > 0; });
  if (!frame) return nullptr;
  const TimePoint captured = now();
  const std::vector<std::uint8_t> bytes = encode_still(frame->view(), options.still);
  const TimePoint encoded = now();
  write_file(picture.path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
             options.force || picture.claimed, [&signals] { return signals.count() > 0; });
  log.info(picture.path + ": " + to_string(frame->size()) + ", " +
           readable_bytes(static_cast<std::int64_t>(bytes.size())));
  return Json{{"file", picture.path},
              {"width", frame->size().width},
              {"height", frame->size().height},
              {"format", name(options.still.format)},
              {"capture_us", to_us(captured - begun)},
              {"encode_us", to_us(encoded - captured)},
              {"bytes", bytes.size()},
              {"backend", picture.selection.backend->name()},
              {"output", describe(picture.selection.target)}};
}

}  // namespace

std::unique_ptr<Command> make_shot() {
  return std::make_unique<Shot>();
}

void Shot::declare(Parser& parser) {
  ShotArguments& a = arguments_;
  parser.positional("FILE", a.file,
                    {{},
                     "the picture's file; `-` is standard output",
                     "rustcam-YYYYMMDD-HHMMSS.png in this folder",
                     "out.png",
                     {},
                     {},
                     ValueKind::file});
  add_capture_options(parser, a.capture, true);
  parser.section("The picture");
  parser.value("--format", a.format,
               {"F",
                one_of(still_format_names()),
                "by the file's ending; png to -",
                "--format qoi",
                {},
                still_format_names()});
  parser.value(
      "--pixel-format", a.pixel_format,
      {"P", "for raw: " + one_of(raw_formats), "bgra", "--pixel-format rgb", {}, raw_formats});
  parser.value("--quality", a.quality, {"Q", "for jpg and webp: 1 to 100", "90", "--quality 75"});
  parser.value("--compression", a.compression,
               {"C", "for png: 0 (fast) to 9 (small)", "a fast one", "--compression 9"});
  parser.value("--delay", a.delay,
               {"S", "wait so many seconds first, counted down on stderr", "0", "--delay 3"});
  parser.flag("--all", a.all, "one file for each output: out.png becomes out-NAME.png");
  parser.flag("--force", a.force, "overwrite files that exist");
  parser.flag("--json", a.json, "tell on stdout, in JSON, what was made");
}

ShotOptions check_shot(const ShotArguments& given) {
  ShotOptions options;
  options.capture = check_capture_options("shot", given.capture);
  options.still = check_still(given);
  options.force = given.force;
  options.json = given.json;
  options.all = options.capture.request.all = given.all;
  if (given.delay) options.delay = from_s(parse_seconds("--delay", *given.delay, 0));
  options.named_here = !given.file;
  options.path = given.file
                     ? *given.file
                     : default_file_name(std::string(".").append(name(options.still.format)));
  if (options.path == "-" && options.json)
    throw UsageError("the picture and --json cannot both go to stdout: give a file's name");
  if (options.all) {
    if (options.path == "-")
      throw UsageError("--all makes several files, and - is one stream: give a file's name");
    if (given.capture.region || given.capture.output)
      throw UsageError("--all takes every output whole: leave --output and --region out");
  }
  if (options.path == "-") refuse_terminal("the picture");
  return options;
}

int Shot::run(Context& context) {
  ShotOptions options = check_shot(arguments_);
  const EndSignals signals;
  const StopOnSignal stop(signals);
  options.capture.request.patience.stop = stop.token();
  if (!options.all && !options.named_here) check_output_file(options.path, options.force);
  std::vector<Warning> warnings;
  std::vector<Picture> pictures = plan(options, context.log, warnings);
  if (!options.capture.cursor && !pictures.empty())
    warn_of_pointer(pictures.front().selection.target, context.log, warnings);
  if (options.all || options.named_here)
    for (Picture& picture : pictures) settle_name(picture, options);

  if (!wait(options, signals, context.log)) return exit_done;
  Json shots = Json::array();
  for (const Picture& picture : pictures) {
    Json shot = take(picture, options, signals, context.log);
    if (shot.is_null()) return exit_done;
    shots.push_back(std::move(shot));
  }

  if (options.json) {
    Json document = new_document("rustcam.shot/1");
    if (options.all)
      document["shots"] = std::move(shots);
    else
      document.update(shots.front());
    add_warnings(document, warnings);
    write_stdout(to_text(document), unless_read(signals));
  } else if (options.named_here) {
    for (const Json& shot : shots)
      write_stdout(shot["file"].get<std::string>() + "\n", unless_read(signals));
  }
  return exit_done;
}

}  // namespace rustcam::cli
