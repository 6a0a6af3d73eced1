// What every sound system offers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/sound_source.h"
#include "platform/clock.h"

namespace rustcam {

struct SoundOptions {
  /// Time 0 of the screen that is recorded, if it is our own.
  std::optional<TimePoint> screen_zero;
  Clock& clock;  ///< must outlive the source
  /// When this source was opened first, if it is opened again.
  std::optional<TimePoint> opened_first = std::nullopt;
};

/// One sound system. There is one object of each. Has no state, and may be used from any thread.
class SoundBackend {
 public:
  SoundBackend(const SoundBackend&) = delete;
  SoundBackend& operator=(const SoundBackend&) = delete;
  virtual ~SoundBackend() = default;

  std::string_view name() const noexcept { return name_; }
  /// True if a device of this name is surely its own, there or not.
  virtual bool knows(std::string_view) const { return false; }
  /// Empty if it can be used, else why not and what to start. Throws nothing.
  virtual std::string reason_against() const = 0;
  /// Desktop first, then microphones, then programs that play. Throws CaptureError if the system
  /// cannot be reached.
  virtual std::vector<SoundDevice> devices() const = 0;
  /// Never null. Throws UsageError for a device that does not exist (naming those that do),
  /// DeviceError if the system cannot be reached, saying what to start. `again`: it was there
  /// before, so AccessLost while it is away.
  virtual std::unique_ptr<SoundSource> open(const SoundTarget& target, const SoundOptions& options,
                                            bool again) const = 0;

 protected:
  /// `name` must live as long as the program.
  explicit SoundBackend(std::string_view name) noexcept : name_(name) {}

 private:
  std::string_view name_;
};

/// The sound system of this build, "pulse" or "wasapi".
const SoundBackend& system_sound() noexcept;
/// The devices that come with the built-in display: their names are those of a signal, with what is
/// to go wrong ("clap", "tone,ppm=300"). See audio/virtual/virtual_sound.h.
const SoundBackend& built_in_sound() noexcept;

}  // namespace rustcam
