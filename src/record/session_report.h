// From what each part of a session counted to its statistics.
#pragma once

#include "capture/slot_capture.h"
#include "record/encode_loop.h"
#include "record/segments.h"
#include "record/slot_producer.h"
#include "record/sound_tracks.h"
#include "record/statistics.h"

namespace rustcam {

struct SessionParts {
  const RecordOptions& options;
  const SlotCapture::Opened& opened;
  const SlotSchedule& schedule;
  const Ending& ending;
  const SlotCapture::Report& captured;
  const SlotProducer& slots;
  const EncodeLoop& encode;
  const Segments& segments;
  const SoundTracks& sounds;  ///< ended
};

/// After all threads have ended that it looks into. Leaves out what the process used, and the
/// warnings.
RecordStatistics session_report(const SessionParts& parts);

}  // namespace rustcam
