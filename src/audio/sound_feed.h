// Where a track of sound gets its samples.
#pragma once

#include <span>

#include "audio/sound.h"

namespace rustcam {

/// The sound of one track on the recording's line: sample 0 is what was heard when slot 0 was
/// sampled. Read by one thread, front to back.
class SoundFeed {
 public:
  virtual ~SoundFeed() = default;
  /// Up to where the sound is there already: reading so far never waits. Never falls.
  virtual SoundTime available() = 0;
  /// Fills `into` (interleaved floats, full scale -1 to 1) with the sound from `from` on; `from` is
  /// never before the end of the last read, and what lies between is dropped. Waits for what is
  /// still on its way from the device; what does not come in time is silence.
  virtual void read(SoundTime from, std::span<float> into) = 0;
  /// Any thread: read() does not wait any more.
  virtual void hurry() noexcept = 0;
};

}  // namespace rustcam
