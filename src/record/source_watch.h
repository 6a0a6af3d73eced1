// What the session's own thread sees of a source that is away, or that hangs.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "capture/slot_capture.h"
#include "record/ending.h"
#include "record/options.h"

namespace rustcam {

/// Tells people that the screen is away, and ends a recording whose capture thread cannot do so
/// because a call of the system does not return.
class SourceWatch {
 public:
  /// `tell` (may be empty): as SessionHooks::source_away. Keeps the references.
  SourceWatch(const RecordOptions& options, const std::function<void(const std::string& why)>& tell,
              Ending& ending)
      : options_(options), tell_(tell), ending_(ending) {}

  /// Often, while `capture` runs.
  void look(const SlotCapture& capture, TimePoint at);

 private:
  void look_for_hang(Duration overdue);

  const RecordOptions& options_;
  const std::function<void(const std::string&)>& tell_;
  Ending& ending_;
  std::optional<TimePoint> away_since_;
  bool told_ = false;
};

}  // namespace rustcam
