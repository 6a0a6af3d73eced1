// The clock of a sound device, as the times of its blocks tell it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace rustcam {

/// Pure. Values are counted from the first block on, without a break. The times that come in jitter
/// by milliseconds; what comes out is smooth: a Kalman filter of two states, how late the device is
/// against its own count, and how fast that grows. It trusts the first times fully and each later
/// one less, so it is right from the start; then it remembers where the device stands for a second
/// or some, the longer the more its times jitter, and how fast its clock is for a good while.
class DeviceClock {
 public:
  /// `rate`: values a second, as the device says. `drift`: as drift(), if it is known from before.
  explicit DeviceClock(int rate, std::optional<double> drift = std::nullopt) noexcept;

  bool started() const noexcept { return started_; }
  /// How much sound has been learned from.
  double learned_s() const noexcept { return learned_s_; }
  /// By how much `made` is after the time at which value `at` was to be expected. 0 before the
  /// first learn().
  double lateness_s(std::int64_t at, TimePoint made) const noexcept;
  /// Value `at`, the first of a block of `frames`, was made at `made`; front to back.
  void learn(std::int64_t at, std::int64_t frames, TimePoint made) noexcept;
  /// Values were lost, or came twice: all that follow were made so much later than counted.
  void shift(double by_s) noexcept;
  /// When value `at` was made. Not before the first learn().
  TimePoint time_of(double at) const noexcept;
  /// By what part of itself the device is fast (0.0003: 300 ppm), as well as is known.
  double drift() const noexcept { return 0 - slope_; }
  /// False while drift() is a guess.
  bool knows_drift() const noexcept;

 private:
  Duration nominal(std::int64_t at) const noexcept;
  void advance_to(std::int64_t at) noexcept;
  double noise(double length_s) const noexcept;
  void learn_jitter(double off_s, double length_s) noexcept;

  double rate_;
  int whole_rate_;
  bool started_ = false;
  double learned_s_ = 0;
  TimePoint base_{};     ///< when value 0 would have been made, if the first time were right
  std::int64_t at_ = 0;  ///< what the state below is of
  double late_s_ = 0;
  double slope_ = 0;  ///< seconds a second
  // How uncertain these two are, and how they go together.
  double late_variance_ = 0;
  double covariance_ = 0;
  double slope_variance_;
  double jitter_variance_;
  double last_off_s_ = 0;
};

}  // namespace rustcam
