// The sound of a recording: a recorder for each track.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audio/sound_recorder.h"
#include "base/warning.h"
#include "record/options.h"

namespace rustcam {

/// Records from the moment it is made. Confined to the session's thread, but for the feeds.
class SoundTracks {
 public:
  /// Opens all that `options` asks for, which may be nothing. Throws UsageError, DeviceError, and
  /// Interrupted once `end_requested`, which is asked meanwhile, is true.
  SoundTracks(const RecordOptions& options, std::function<bool()> end_requested, Clock& clock);

  /// Waits a second at most for sources to begin to send, so that none of what they hear is lost.
  /// False if the end was requested meanwhile.
  bool wait_until_running();
  /// Slot 0 was sampled at `t0`; only the first call counts.
  void begin(TimePoint t0);
  /// One for each track; they die with this.
  std::vector<SoundFeed*> feeds() const;
  /// Of each track, recently. To be asked several times a second, so that nothing heard is missed.
  std::vector<float> peaks();
  /// Nothing will be read from the feeds any more: lets go of the devices.
  void end();

  /// Once ended: one for each track.
  const std::vector<SoundStatistics>& statistics() const noexcept { return statistics_; }
  /// Once ended: "audio_silent" and "audio_away".
  std::vector<Warning> warnings() const;

 private:
  struct Track {
    std::string source;
    std::unique_ptr<SoundRecorder> recorder;
    float loudest = 0;
  };
  std::function<bool()> end_requested_;
  Clock& clock_;
  std::vector<Track> tracks_;
  std::vector<SoundStatistics> statistics_;
  bool begun_ = false;
};

}  // namespace rustcam
