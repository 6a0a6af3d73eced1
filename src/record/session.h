// A recording: joins capture, pacing and media.
#pragma once

#include <functional>
#include <stop_token>

#include "record/options.h"
#include "record/statistics.h"

namespace rustcam {

/// What the command line gives a running session and gets from it.
struct SessionHooks {
  std::function<void(const Progress&)> progress;  ///< about every 100 ms, from the calling thread
  std::function<void(int)> countdown;             ///< seconds left of --delay
  std::function<std::optional<EndedBy>()>
      end_request;  ///< asked often: EndedBy::signal or EndedBy::key to end
};

/// Runs a whole recording on the calling thread (and threads of its own). Returns the statistics
/// whenever slot 0 was reached, whatever went wrong later (then `error` is set). Throws Error or
/// UsageError where it ended earlier: no file is left then.
RecordStatistics record(const RecordOptions& options, const SessionHooks& hooks);

}  // namespace rustcam
