// From what each part of a session counted to its statistics.
#pragma once

#include "record/capture_loop.h"
#include "record/encode_loop.h"
#include "record/segments.h"
#include "record/slot_loop.h"
#include "record/statistics.h"

namespace rustcam {

struct SessionParts {
  const RecordOptions& options;
  const CaptureLoop::Opened& opened;
  const SlotSchedule& schedule;
  const Ending& ending;
  const CaptureLoop& capture;
  const SlotLoop& slots;
  const EncodeLoop& encode;
  const Segments& segments;
};

/// After all threads have ended. Leaves out what the process used, and the warnings.
RecordStatistics session_report(const SessionParts& parts);

}  // namespace rustcam
