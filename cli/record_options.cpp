// The options of `record`: declared, and checked into a request.
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/one_of.h"
#include "cli/output_file.h"
#include "cli/record.h"
#include "cli/values.h"
#include "media/names.h"
#include "platform/file.h"
#include "platform/same_file.h"

namespace rustcam::cli {

namespace {

constexpr Choices<OnFull, 2> on_full{{{"drop", OnFull::drop}, {"wait", OnFull::wait}}};
constexpr Choices<OnResize, 3> on_resize{
    {{"scale", OnResize::scale}, {"split", OnResize::split}, {"stop", OnResize::stop}}};
constexpr Choices<std::optional<ProgressMode>, 4> progress_modes{{{"auto", std::nullopt},
                                                                  {"none", ProgressMode::none},
                                                                  {"plain", ProgressMode::plain},
                                                                  {"json", ProgressMode::json}}};

/// What a file made here is called, by --format.
std::string ending_for(const std::optional<std::string>& format) {
  return "." + (format ? ending_for_format(*format) : usual_file_ending());
}

OutputRequest check_output(const RecordArguments& given) {
  OutputRequest request;
  request.format = given.format;
  request.path = given.file ? *given.file : default_file_name(ending_for(given.format));
  if (given.encoder) request.encoder = *given.encoder;
  request.preset = given.preset;
  if (given.crf) request.crf = parse_number("--crf", *given.crf, 0, 51);
  if (given.bitrate) request.bitrate = parse_bitrate("--bitrate", *given.bitrate);
  if (given.gop) request.gop = static_cast<int>(parse_integer("--gop", *given.gop, 1, 100'000));
  if (given.crf && given.bitrate)
    throw UsageError("--crf asks for a quality and --bitrate for a size: give one of them");
  for (const std::string& option : given.encoder_options)
    request.encoder_options.push_back(parse_pair("--encoder-option", option));
  request.pixel_format = given.pixel_format;
  if (given.fps) request.fps = parse_fps("--fps", *given.fps);
  if (given.size) request.size = parse_size("--size", *given.size);
  if (given.fragment) {
    if (*given.fragment == "off")
      request.fragment.reset();
    else
      request.fragment = from_s(parse_seconds("--fragment", *given.fragment,
                                              to_s(shortest_fragment), to_s(longest_fragment)));
  }
  request.vfr = given.vfr;
  request.faststart = given.faststart;
  request.force = given.force;
  return request;
}

void check_ends(const RecordArguments& given, RecordOptions& record) {
  if (given.duration)
    record.duration_slots =
        slots_in(record.plan.fps, parse_seconds("--duration", *given.duration, 0.001));
  if (given.frames) record.frames = parse_integer("--frames", *given.frames, 1, 1'000'000'000'000);
  if (given.max_size) record.max_bytes = parse_bytes("--max-size", *given.max_size);
  if (given.delay) record.delay = from_s(parse_seconds("--delay", *given.delay, 0));
}

/// A pipe or device is no file that could be read again, or followed by another.
void check_pipe(const RecordArguments& given) {
  if (given.on_resize == "split")
    throw UsageError(
        "--on-resize split begins a new file, and this recording goes to a pipe or device: use "
        "scale or stop");
  if (given.faststart)
    throw UsageError(
        "--faststart rewrites a finished file, and this recording goes to a pipe or device: leave "
        "it out");
}

void check_troubles(const RecordArguments& given, RecordOptions& record) {
  const std::string& path = record.plan.request.path;
  const bool pipe = record.plan.to_stdout || (path_exists(path) && !is_regular_file(path));
  if (pipe) check_pipe(given);
  // Sound goes on in its own time, and so have pictures to.
  record.on_full = pipe && record.sounds.empty() ? OnFull::wait : OnFull::drop;
  if (given.on_full) record.on_full = on_full.parse("--on-full", *given.on_full);
  if (record.on_full == OnFull::wait && !record.sounds.empty())
    throw UsageError(
        "--on-full wait makes pictures play faster than they happened, and sound cannot follow: "
        "use drop, or leave --audio out");
  if (given.on_loss) {
    if (given.on_loss->starts_with("wait="))
      record.give_up_after = from_s(parse_seconds("--on-loss wait=", given.on_loss->substr(5), 0));
    else
      record.reopen_on_loss =
          parse_choice("--on-loss", *given.on_loss, {"wait", "wait=SECONDS", "stop"}) == 0;
  }
  if (given.on_resize) record.on_resize = on_resize.parse("--on-resize", *given.on_resize);
}

/// Where the statistics go, and that nothing is written to one place twice.
void check_files(const RecordArguments& given, RecordRequest& request) {
  const OutputPlan& plan = request.record.plan;
  request.stats_to_stdout = given.json || given.stats == "-";
  if (given.stats && *given.stats != "-") request.stats_path = given.stats;
  request.record.timestamps_path = given.timestamps;
  if (plan.to_stdout && request.stats_to_stdout)
    throw UsageError("the recording and the statistics cannot both go to stdout: use --stats FILE");
  if (given.timestamps == "-")
    throw UsageError("--timestamps does not go to stdout: give it a file's or a FIFO's name");
  const auto same = [](const std::optional<std::string>& a, const std::optional<std::string>& b) {
    return a && b && *a != "-" && *b != "-" && same_file(*a, *b);
  };
  if (same(request.stats_path, plan.request.path) || same(given.timestamps, plan.request.path) ||
      same(given.timestamps, request.stats_path))
    throw UsageError("the recording, --stats and --timestamps need a file each");
}

}  // namespace

void Record::declare(Parser& parser) {
  RecordArguments& a = arguments_;
  parser.positional("FILE", a.file,
                    {{},
                     "the file: .mp4, .mkv, .webm, .mov, .gif ...; `-` is standard output",
                     "rustcam-YYYYMMDD-HHMMSS.mp4 in this folder",
                     "out.mp4",
                     {},
                     {},
                     ValueKind::file});
  add_capture_options(parser, a.capture, true);
  parser.section("Rate and length");
  parser.value("--fps", a.fps,
               {"F", "slots a second: 60, 29.97, 60000/1001", "60; gif: 25", "--fps 30",
                "23.976, 29.97, 59.94 and 119.88 mean n*1000/1001; from 0.001 to 1000. gif counts "
                "whole hundredths of a second only: 50, 100/3, 25, 20 and so on"});
  parser.value(
      "--duration", a.duration,
      {"S", "end after so many seconds", "until stopped", "--duration 10",
       "Also 90s, 10m, 1.5h, 1:30 or 1:30:00. Seconds times rate make a number of slots, rounded "
       "to the nearest, at least one"});
  parser.value("--frames", a.frames,
               {"N", "end after so many slots", "until stopped", "--frames 600"});
  parser.value("--max-size", a.max_size,
               {"BYTES", "end before the file is larger; K, M, G are powers of 1024",
                "until stopped", "--max-size 500M"});
  parser.value("--delay", a.delay,
               {"S", "wait before the first slot, counted down on stderr", "0", "--delay 3"});
  parser.section("Encoding");
  parser.value("--encoder", a.encoder,
               {"E", "auto, x264, nvenc, rawvideo, or any encoder that FFmpeg has",
                "auto: what the container wants, else NVENC or VAAPI if one opens, else x264",
                "--encoder libx265",
                "For webm, auto is VP9 in real-time mode, for gif the gif encoder; "
                "`rustcam-cli list encoders` shows what FFmpeg has",
                encoder_names()});
  parser.value(
      "--preset", a.preset,
      {"P", "x264's presets, mapped for each encoder", "one for live use", "--preset ultrafast",
       "They are " + one_of(preset_names()) +
           ". mpeg4, mpeg2video, mjpeg, ffv1 and the like have none",
       preset_names()});
  parser.value(
      "--crf", a.crf,
      {"Q", "constant quality, 0 (best) to 51 in x264's terms", "the encoder's", "--crf 18",
       "Mapped for each encoder that has a quality (not ffv1, gif, raw video); not with "
       "`--bitrate`. 0 makes x264's video lossless in the profile High 4:4:4 Predictive, "
       "which many players, browsers and chips refuse: 1 is all but lossless, and plays"});
  parser.value("--bitrate", a.bitrate,
               {"B", "bits a second, with k, M or G", "by quality", "--bitrate 8M",
                "The letters are powers of 1000"});
  parser.value("--gop", a.gop,
               {"N", "frames from key frame to key frame, at most", "the encoder's", "--gop 120"});
  parser.values("--encoder-option", a.encoder_options,
                {"K=V",
                 "any option of the encoder; may be repeated",
                 {},
                 "--encoder-option tune=zerolatency"});
  parser.value(
      "--pixel-format", a.pixel_format,
      {"P", "yuv420p, yuv444p, yuvj420p ...; raw: bgra, bgr, rgba, rgb, gray, nv12, yuv420p",
       "yuv420p; bgra for raw", "--pixel-format bgr",
       "Encoded: yuv420p, yuv444p and nv12, and yuvj420p and yuvj444p for full range, as far as "
       "the "
       "encoder takes them; y4m: yuv420p, yuv444p, gray",
       pixel_format_names()});
  parser.value("--size", a.size, {"WxH", "scale", "as captured", "--size 1280x720"});
  parser.flag("--vfr", a.vfr, "write samples only if something changed, and one at the end");
  add_sound_options(parser, a.sound);
  parser.section("The file");
  parser.value(
      "--format", a.format,
      {"F", "container: " + one_of(container_names(false)), "by the file's ending; rawvideo",
       "--format y4m", "On a pipe: " + one_of(container_names(true)) + "; mp4 is fragmented there",
       container_names(false)});
  parser.value("--fragment", a.fragment,
               {"S",
                "longest part that a crash can cost, 0.1 to 3600 seconds, or off",
                "1",
                "--fragment 0.5",
                {},
                {"off"}});
  parser.flag("--faststart", a.faststart,
              "mp4, mov: the index in front, by rewriting the finished file, if there is room for "
              "both");
  parser.value("--timestamps", a.timestamps,
               {"FILE",
                "one JSON line for each slot",
                {},
                "--timestamps slots.jsonl",
                {},
                {},
                ValueKind::file});
  parser.value("--stats", a.stats,
               {"FILE",
                "the statistics as JSON; `-` is standard output",
                {},
                "--stats stats.json",
                {},
                {},
                ValueKind::file});
  parser.flag("--json", a.json, "the same as `--stats -`");
  parser.flag("--force", a.force, "overwrite files that exist");
  parser.section("When something happens");
  parser.value(
      "--on-full", a.on_full,
      {"drop|wait",
       "the file or reader is too slow: repeat slots, which keeps the length true, or hold "
       "back, which loses no frame that was made but plays too fast",
       "drop for files and with sound, wait for pipes", "--on-full drop",
       "With `wait`, a reader that cannot keep up gets fewer frames, and they play faster "
       "than they happened; a warning says so",
       on_full.names()});
  parser.value("--on-loss", a.on_loss,
               {"wait[=S]|stop",
                "the screen is lost: repeat slots until it is back, or finish",
                "wait",
                "--on-loss wait=30",
                "`wait=S` gives up after so many seconds, and the exit status is 1 then",
                {"wait", "wait=", "stop"}});
  parser.value(
      "--on-resize", a.on_resize,
      {"scale|split|stop", "the screen's size changes: fit in, begin a numbered file, or finish",
       "scale", "--on-resize split", "A recording to out.mp4 goes on in out-2.mp4 after `split`",
       on_resize.names()});
  parser.value("--progress", a.progress,
               {"auto|none|plain|json", "what is shown on stderr meanwhile",
                "auto: a live line on a terminal, else none", "--progress json",
                "plain: a line a second; json: a JSON line a second", progress_modes.names()});
}

RecordRequest check_record(const RecordArguments& given) {
  RecordRequest request;
  request.capture = check_capture_options("record", given.capture);
  request.record.cursor = request.capture.cursor;
  request.record.timeout = request.capture.timeout;
  request.record.force = given.force;
  request.named_here = !given.file;
  if (given.progress) request.progress = progress_modes.parse("--progress", *given.progress);
  OutputRequest output = check_output(given);
  SoundRequest sound = check_sound(given.sound, output);
  request.record.sounds = std::move(sound.tracks);
  request.record.sound_delay = sound.delay;
  request.record.plan = plan_output(output);
  check_ends(given, request.record);
  check_troubles(given, request.record);
  check_files(given, request);
  if (request.record.plan.to_stdout) refuse_terminal("the recording");
  return request;
}

}  // namespace rustcam::cli
