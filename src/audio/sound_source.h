// Sound as it comes from a device.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>

#include "audio/sound_target.h"
#include "base/time.h"

namespace rustcam {

/// Sound that was made without a break.
struct SoundBlock {
  /// Interleaved, full scale -1 to 1; empty if it is silence that the system tells of. Valid until
  /// the next call of the source.
  std::span<const float> samples;
  std::int64_t frames = 0;  ///< its length: values of one channel
  /// When its first value was made, as well as the system tells: jitters by milliseconds.
  TimePoint made{};
  bool broken = false;  ///< something before it was lost
};

enum class SoundStatus {
  block = 1,
  timed_out,
  moved,      ///< another device is the default now, or a program has begun to play: open it again
  cancelled,  ///< by the stop request
};

/// A device, or the default, or a program, that is being recorded. Confined to the thread that
/// opened it.
class SoundSource {
 public:
  virtual ~SoundSource() = default;
  virtual const SoundDevice& device() const noexcept = 0;
  virtual int rate() const noexcept = 0;      ///< of the blocks: 8000 to 384000
  virtual int channels() const noexcept = 0;  ///< of the blocks: 1 to 8
  /// Waits for the next block until `deadline`, or within 50 ms of a stop request. A source that is
  /// silent may send none. Throws AccessLost (the device is away; it may be opened again later),
  /// DeviceError (the server is gone).
  virtual SoundStatus read(SoundBlock& block, TimePoint deadline, const std::stop_token& stop) = 0;
};

}  // namespace rustcam
