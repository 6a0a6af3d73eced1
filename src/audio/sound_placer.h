// Blocks of a device, brought to their place on the recording's line.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "audio/device_clock.h"
#include "audio/resampler.h"
#include "audio/sound.h"
#include "audio/sound_source.h"
#include "base/histogram.h"
#include "base/time.h"

namespace rustcam {

/// Sound (interleaved stereo, 48 kHz) that stands at `at`.
struct PlacedSound {
  SoundTime at = 0;
  std::vector<float> samples;
};

/// Of one opening of a source, on one thread. Time comes in with the blocks. The first blocks are
/// held until the device's clock is known well enough, and so are those whose times do not follow
/// from the ones before, until it is clear whether sound was lost or a time was wrong.
class SoundPlacer {
 public:
  /// `rate`, `channels`: of the blocks. `drift`: of the device's clock, if it is known from before.
  /// Throws MediaError.
  SoundPlacer(int rate, int channels, std::optional<double> drift);

  /// What is made at `zero` stands at 0 of the line. Once; nothing is placed before.
  void begin(TimePoint zero);
  bool begun() const noexcept { return zero_.has_value(); }
  /// The device's clock is known well enough to place by it.
  bool trusted() const noexcept { return trusted_; }
  /// Takes the next block, which came at `arrived`.
  void add(const SoundBlock& block, TimePoint arrived);
  /// No more comes for the time being: what is held is placed by what is known now.
  void settle();
  /// What was placed since the last call, in order.
  std::vector<PlacedSound> take();

  /// By what part of itself the device's clock is fast; nullopt while that is a guess.
  std::optional<double> drift() const noexcept;
  /// How often sound was further from its place than can be steered.
  std::int64_t jumps() const noexcept { return jumps_; }
  /// Adds how far blocks were from their places since the last call.
  void take_offsets(Histogram& into);

 private:
  struct Held {
    std::int64_t at = 0;  ///< of its first value, counted from the first block
    std::int64_t frames = 0;
    TimePoint made{};
    TimePoint arrived{};
    bool broken = false;
    std::vector<float> samples;
  };

  double lateness_s(const Held& block) const noexcept;
  void judge_suspects(bool force);
  void accept_suspects(std::optional<double> shift_s);
  void accept(Held block);
  void place_accepted(bool force);
  void place(const Held& block);
  void start_at(const Held& block);
  double place_of_next_output() const noexcept;

  int rate_;
  int channels_;
  DeviceClock clock_;
  std::optional<TimePoint> zero_;
  std::int64_t count_ = 0;                ///< values of all blocks so far
  std::deque<Held> suspects_;             ///< their times are doubted
  std::deque<Held> accepted_;             ///< clock_ has learned from them
  bool trusted_ = false;                  ///< clock_ knows enough to place by
  std::unique_ptr<Resampler> resampler_;  ///< null: the next block starts anew
  std::int64_t started_at_ = 0;           ///< the value that went first into the resampler
  SoundTime next_ = 0;                    ///< where its next output stands
  std::vector<PlacedSound> placed_;
  std::vector<double> offsets_s_;
  std::int64_t jumps_ = 0;
};

}  // namespace rustcam
