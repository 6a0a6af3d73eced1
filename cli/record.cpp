#include "cli/record.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "cli/output_file.h"
#include "cli/record_document.h"
#include "cli/stop_on_signal.h"
#include "platform/console.h"
#include "platform/error_stream.h"
#include "platform/signals.h"
#include "record/session.h"

namespace rustcam::cli {

namespace {

ProgressMode progress_mode(const RecordRequest& request, const Log& log) {
  if (request.progress) return *request.progress;
  return stderr_is_terminal() && !log.quiet() ? ProgressMode::live : ProgressMode::none;
}

/// For a person at a terminal, once it runs.
std::string begun(const RecordOptions& options, bool keys) {
  const OutputRequest& output = options.plan.request;
  return one_line("recording " + options.selection.target.name + " to " +
                  (options.plan.to_stdout ? "standard output" : output.path) + "; " +
                  (keys ? "q or Ctrl-C ends it" : "Ctrl-C ends it")) +
         "\n";
}

RecordStatistics run_session(const RecordRequest& request, const EndSignals& signals, Log& log) {
  ProgressDisplay display(progress_mode(request, log), log.quiet());
  KeyReader keys;
  SessionHooks hooks;
  const bool to_person =
      !log.quiet() && stderr_is_terminal() && request.progress != ProgressMode::json;
  bool told = !to_person;
  hooks.progress = [&](const Progress& progress) {
    if (!std::exchange(told, true)) {
      const std::string line = begun(request.record, keys.can_read());
      display.clear();
      write_stderr(line);
    }
    display.show(progress);
  };
  hooks.source_away = [&display, to_person](const std::string& why) {
    if (!to_person) return;
    const std::string line =
        one_line(why.empty() ? "the screen is back"
                             : "waiting for the screen, the last picture stays meanwhile: " + why) +
        "\n";
    display.clear();
    write_stderr(line);
  };
  hooks.countdown = [&display](int seconds) { display.countdown("recording", seconds); };
  hooks.warning = [&display, &log](const Warning& warning) {
    display.clear();
    log.warning(warning.text + (warning.hint.empty() ? "" : "; " + warning.hint));
  };
  hooks.hurry = [&signals] { return signals.count() > 1; };
  hooks.end_request = [&signals, &keys]() -> std::optional<EndedBy> {
    if (signals.count() > 0) return EndedBy::signal;
    if (const auto key = keys.poll(); key == 'q' || key == 'Q') return EndedBy::key;
    return std::nullopt;
  };
  return record(request.record, hooks);
}

void tell_details(const RecordStatistics& s, Log& log) {
  for (const EncoderReport::Tried& tried : s.encoder.tried)
    log.info("encoder " + tried.name + " did not open: " + tried.error);
  log.info("encoder " + s.encoder.name);
  if (s.phase_us) log.info("sampling phase " + std::to_string(*s.phase_us) + " us");
  if (s.slots == 0) return;
  const auto a_slot = [&s](std::int64_t bytes) { return std::to_string(bytes / s.slots); };
  log.info("bytes of pixels a slot: " + a_slot(s.traffic.read) + " read from the screen, " +
           a_slot(s.traffic.copied) + " of them copied, " + a_slot(s.traffic.converted) +
           " converted");
}

bool failed(EndedBy ended_by) {
  return ended_by == EndedBy::source_lost || ended_by == EndedBy::disk_full ||
         ended_by == EndedBy::error;
}

/// The closing lines; if nothing could be written there is only the failure to tell.
void tell_person(const RecordStatistics& statistics, Log& log) {
  if (!log.quiet() && statistics.slots > 0) {
    const std::string summary = record_summary(statistics);
    write_stderr(summary);
  }
  if (failed(statistics.ended_by))
    log.error(statistics.error.value_or("the recording ended early"));
}

/// The statistics to their file or to stdout; else a made-up name to stdout.
void tell_programs(const RecordRequest& request, const RecordStatistics& statistics,
                   const EndSignals& signals) {
  const std::string document = to_text(record_document(statistics));
  const GiveUp give_up = unless_read(signals);
  if (request.stats_path) write_file(*request.stats_path, document, request.record.force, give_up);
  if (request.stats_to_stdout) return write_stdout(document, give_up);
  if (request.named_here)
    for (const OutputFile& file : statistics.files) write_stdout(file.path + "\n", give_up);
}

}  // namespace

std::unique_ptr<Command> make_record() {
  return std::make_unique<Record>();
}

int Record::run(Context& context) {
  RecordRequest request = check_record(arguments_);
  OutputRequest& output = request.record.plan.request;
  std::optional<ClaimedFile> claimed;
  if (request.named_here) {
    claimed.emplace(output.path);
    output.path = claimed->path();
    output.claimed = true;
  } else {
    check_output_file(output.path, request.record.force);
  }
  if (request.stats_path) check_output_file(*request.stats_path, request.record.force);
  if (request.record.timestamps_path)
    check_output_file(*request.record.timestamps_path, request.record.force);
  const EndSignals signals;
  std::vector<Warning> warnings;
  {
    const StopOnSignal stop(signals);
    request.capture.request.patience.stop = stop.token();
    request.record.selection = select(request.capture, context.log, warnings);
  }
  warn_of_comparing(request.record.selection.target, context.log, warnings);
  if (!request.capture.cursor)
    warn_of_pointer(request.record.selection.target, context.log, warnings);

  RecordStatistics statistics = run_session(request, signals, context.log);
  if (statistics.started_at.empty()) {
    context.log.info("ended before the first frame: nothing was recorded");
    return exit_done;
  }
  tell_details(statistics, context.log);
  statistics.warnings.insert(statistics.warnings.begin(), warnings.begin(), warnings.end());
  tell_person(statistics, context.log);
  try {
    tell_programs(request, statistics, signals);
  } catch (const PipeClosed&) {
    // Nobody listens any more; that does not undo the failure of a recording that failed.
  }
  return failed(statistics.ended_by) ? exit_failed : exit_done;
}

}  // namespace rustcam::cli
