// A recording: joins capture, pacing and media.
#pragma once

#include <functional>
#include <optional>

#include "media/output_plan.h"
#include "platform/clock.h"
#include "record/options.h"
#include "record/segments.h"
#include "record/statistics.h"

namespace rustcam {

/// What the command line gives a running session and gets from it. All are called from the thread
/// that called record(), and any may be empty.
struct SessionHooks {
  std::function<void(const Progress&)> progress;  ///< about every 100 ms
  std::function<void(int)> countdown;             ///< seconds left of --delay
  std::function<void(const Warning&)> warning;    ///< each once, as soon as it is known
  std::function<std::optional<EndedBy>()>
      end_request;  ///< asked often: EndedBy::signal or EndedBy::key to end
  /// Asked often once the end was requested: true to give up, after 2 s at most, what is still
  /// waiting to be encoded.
  std::function<bool()> hurry;
};

/// Runs a whole recording on the calling thread (and threads of its own). Returns the statistics
/// whenever slot 0 was reached, whatever went wrong later (then `error` is set); if the end was
/// requested earlier, `started_at` is empty. Throws Error or UsageError if it went wrong
/// earlier. No file is left then, nor if `slots` is 0.
/// `open`: tests have sinks of another kind, and a clock that they play.
RecordStatistics record(const RecordOptions& options, const SessionHooks& hooks,
                        const SinkFactory& open = open_sink, Clock& clock = machine_clock());

}  // namespace rustcam
