// How long a recording that is to end waits for its readers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/time.h"
#include "record/ending.h"
#include "record/segments.h"
#include "record/slot_queue.h"
#include "record/timestamps_writer.h"

namespace rustcam {

/// The end has come, but a reader may be slow, or have stopped reading for good. The wait for it
/// ends if the recording was, or now is, asked to end.
class EndWatch {
 public:
  /// `hurry` (may be empty): as SessionHooks::hurry. `asked`: true if a person or program asks for
  /// the end. Keeps the references.
  EndWatch(const Ending& ending, SlotQueue& queue, Segments& segments,
           const std::function<bool()>& hurry, std::function<bool()> asked);

  /// Often, once the end was requested; `timestamps` may be null.
  void look(TimePoint at, TimestampsWriter* timestamps);

 private:
  const Ending& ending_;
  SlotQueue& queue_;
  Segments& segments_;
  const std::function<bool()>& hurry_;
  std::function<bool()> ask_;
  std::optional<TimePoint> abandon_at_;  ///< what still waits to be written
  std::int64_t bytes_before_ = -1;
  bool asked_ = false;  ///< before or after the end came
  bool hurrying_ = false;
};

}  // namespace rustcam
