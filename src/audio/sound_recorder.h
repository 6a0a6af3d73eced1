// The sound of one track: its devices, brought to the recording's line and mixed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/sound_backend.h"
#include "audio/sound_feed.h"
#include "base/histogram.h"
#include "platform/clock.h"

namespace rustcam {

/// The fields of `audio` in rustcam.record/1 that the sound itself tells.
struct SoundStatistics {
  std::string device;               ///< ids, joined by "|"
  double silence_s = 0;             ///< filled in by us, where no source had anything
  std::optional<double> drift_ppm;  ///< of the device's clock against ours; of several, the largest
  std::optional<Percentiles> offset_us;  ///< how far blocks were from their place, before steering
  std::int64_t reconnects = 0;
  std::int64_t jumps = 0;  ///< how often sound was too far from its place to be steered back
  bool away = false;       ///< a source was lost, and is not back
};

struct SoundRecorderOptions {
  SoundMix mix;
  /// Of each source: choose_sound_backend().
  std::function<const SoundBackend&(const SoundTarget&)> backend_of;
  std::optional<TimePoint> screen_zero;  ///< as SoundOptions
  Duration delay{};                      ///< --audio-delay: how much later it is placed
  /// Asked while sources are opened: true if nobody wants them any more. May be empty.
  std::function<bool()> given_up;
};

/// Records from the moment it is made, on threads of its own; what is older than slot 0 is dropped.
/// A source that is away is silence, and is opened again as soon as it is back.
class SoundRecorder {
 public:
  /// Opens all sources. Throws as SoundBackend::open(), Interrupted if it was given up, DeviceError
  /// if one hangs: then its thread is abandoned (platform/abandoned.h), here and at the end.
  SoundRecorder(const SoundRecorderOptions& options, Clock& clock);
  ~SoundRecorder();
  SoundRecorder(const SoundRecorder&) = delete;
  SoundRecorder& operator=(const SoundRecorder&) = delete;

  /// Waits until all sources have sent enough for the very first sound to be in its place, at most
  /// until `deadline`: servers take up to a second, and what plays nothing may never send. False at
  /// the deadline.
  bool wait_until_running(TimePoint deadline);
  /// Slot 0 was sampled at `t0`. Once.
  void begin(TimePoint t0);
  /// Of this recorder; dies with it. Nothing is available before begin().
  SoundFeed& feed() noexcept;
  /// Any thread.
  SoundStatistics statistics() const;
  /// Any thread: the largest value of the last 200 ms, 0 to 1 and above.
  float peak() const noexcept;

 private:
  class Impl;
  void end(Duration patience);
  std::shared_ptr<Impl> impl_;
};

}  // namespace rustcam
