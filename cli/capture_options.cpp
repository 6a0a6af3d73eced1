#include "cli/capture_options.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/one_of.h"
#include "capture/registry.h"
#include "cli/ask_region.h"
#include "cli/output_file.h"
#include "cli/values.h"

namespace rustcam::cli {

namespace {

/// A busy machine may take longer for an answer than for a frame that is there already.
constexpr Duration least_patience = std::chrono::seconds(2);

}  // namespace

void add_backend_option(Parser& parser, std::optional<std::string>& into,
                        const std::string& purpose) {
  std::vector<std::string> known = backend_names();
  known.insert(known.begin(), "auto");
  std::vector<std::string> here{"auto"};
  for (const Backend* backend : backends()) here.emplace_back(backend->name());
  parser.value("--backend", into,
               {"B",
                purpose + one_of(known),
                "auto: the session's own",
                "--backend " + std::string(screenless_backend()),
                {},
                here});
}

void add_capture_options(Parser& parser, CaptureArguments& into, bool with_cursor) {
  parser.section(capture_section);
  add_backend_option(parser, into.backend, "");
  parser.value("-o,--output", into.output,
               {"O",
                "an output's index or name, as `rustcam-cli list` shows it",
                "the primary output; " + std::string(screenless_backend()) + ": mover@1920x1080@60",
                "-o DP-1",
                "If none is primary, it is the one at (0,0), else the first. The virtual back "
                "end's outputs are named `STIMULUS[@WxH[@HZ]]`",
                {},
                ValueKind::output});
  parser.value("--device", into.device,
               {"N", "only that adapter's outputs (Windows); `-o` then counts within it",
                "any adapter", "--device 1"});
  parser.value(
      "-r,--region", into.region,
      {"R",
       "`left,top,right,bottom` from the output's corner, or in desktop coordinates as "
       "slurp (`X,Y WxH`) and X tools (`WxH+X+Y`) print it, or `ask`: draw it",
       "the whole output", "--region 100,50,500,300",
       "Desktop coordinates choose the output as well. `ask` starts slurp (Wayland) or slop "
       "(X11)"});
  if (with_cursor)
    parser.on_off("--cursor", "--no-cursor", into.cursor,
                  {{}, "draw the pointer, or leave it out", "drawn"});
  parser.value("--timeout", into.timeout,
               {"MS", "how long to wait for a frame, in milliseconds", "1000", "--timeout 5000"});
  parser.flag("--portal-ask", into.portal_ask,
              "show the portal's dialogue again, although a choice was remembered");
}

CaptureOptions check_capture_options(const std::string& command, const CaptureArguments& given) {
  CaptureOptions options;
  options.cursor = given.cursor;
  if (given.backend) options.request.backend = *given.backend;
  if (given.output) {
    refuse_file_as_output(command, *given.output);
    options.request.output = given.output;
  }
  if (given.device)
    options.request.device = static_cast<int>(parse_integer("--device", *given.device, 0, 255));
  options.ask_region = given.region == "ask";
  if (given.region && !options.ask_region) options.request.region = parse_region(*given.region);
  options.request.ask_again = given.portal_ask;
  if (given.timeout)
    options.timeout =
        std::chrono::milliseconds(parse_integer("--timeout", *given.timeout, 1, 86'400'000));
  options.request.patience.limit = std::max(options.timeout, least_patience);
  return options;
}

Selection select(const CaptureOptions& options, Log& log, std::vector<Warning>& warnings) {
  TargetRequest request = options.request;
  request.pointer = options.cursor;
  request.dialogue_shown = [&log] {
    log.request("the desktop asks what may be captured: answer its dialogue");
  };
  if (options.ask_region) request.region = ask_region(request.patience.stop);
  Selection selection = select_target(request);
  for (const std::string& note : selection.notes) {
    log.warning(note);
    warnings.push_back({"selection", note, {}});
  }
  log.info("capturing " + selection.target.name + " of " + std::string(selection.backend->name()) +
           ", " + to_string(selection.target.size()));
  return selection;
}

void warn_of_comparing(const TargetInfo& target, Log& log, std::vector<Warning>& warnings) {
  if (target.changes_unknown.empty()) return;
  Warning warning{
      "changes_unknown",
      target.changes_unknown + ", so the whole screen is read and compared for every frame",
      "use an X server with the Damage extension and 24-bit true colour, or a lower "
      "--fps or a smaller screen"};
  log.warning(warning.text + "; " + warning.hint);
  warnings.push_back(std::move(warning));
}

void warn_of_pointer(const TargetInfo& target, Log& log, std::vector<Warning>& warnings) {
  if (target.pointer_embedded.empty()) return;
  Warning warning{"pointer_embedded",
                  "the pointer may be in the picture: " + target.pointer_embedded,
                  "move the pointer out of the picture"};
  log.warning(warning.text + "; " + warning.hint);
  warnings.push_back(std::move(warning));
}

}  // namespace rustcam::cli
