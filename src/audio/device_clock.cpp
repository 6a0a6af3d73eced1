#include "audio/device_clock.h"

#include <algorithm>
#include <chrono>

namespace rustcam {
namespace {

constexpr double square(double x) {
  return x * x;
}

/// Times of blocks jitter by so much, and those within this time of one another alike.
constexpr double jitter_s = 3e-3;
constexpr double alike_s = 0.02;
/// What clocks of sound devices are off by.
constexpr double usual_slope = 250e-6;
constexpr double remembered_slope = 30e-6;
/// How a device's clock wanders in a second: with the jitter, this makes the filter's memory.
constexpr double wander = 2e-6;
constexpr double known_slope = 40e-6;

}  // namespace

DeviceClock::DeviceClock(int rate, std::optional<double> drift) noexcept
    : rate_(rate),
      whole_rate_(rate),
      slope_(-drift.value_or(0)),
      slope_variance_(square(drift ? remembered_slope : usual_slope)) {}

Duration DeviceClock::nominal(std::int64_t at) const noexcept {
  // By whole seconds, so that nothing overflows or is rounded away, however long it runs.
  const std::int64_t seconds = at / whole_rate_;
  const std::int64_t rest = at % whole_rate_;
  return std::chrono::seconds(seconds) + Duration(rest * 1'000'000'000 / whole_rate_);
}

double DeviceClock::lateness_s(std::int64_t at, TimePoint made) const noexcept {
  if (!started_) return 0;
  return to_s(made - base_ - nominal(at)) - late_s_ -
         slope_ * static_cast<double>(at - at_) / rate_;
}

void DeviceClock::advance_to(std::int64_t at) noexcept {
  const double dt = static_cast<double>(at - at_) / rate_;
  at_ = at;
  late_s_ += slope_ * dt;
  late_variance_ += 2 * covariance_ * dt + slope_variance_ * dt * dt;
  covariance_ += slope_variance_ * dt;
  slope_variance_ = std::min(slope_variance_ + square(wander) * dt, square(usual_slope));
}

void DeviceClock::learn(std::int64_t at, std::int64_t frames, TimePoint made) noexcept {
  const double length_s = static_cast<double>(frames) / rate_;
  const double noise = square(jitter_s) * std::max(1.0, alike_s / std::max(length_s, 1e-4));
  learned_s_ += length_s;
  if (!started_) {
    started_ = true;
    base_ = made - nominal(at);
    at_ = at;
    late_variance_ = noise;
    return;
  }
  const double off = lateness_s(at, made);
  advance_to(at);
  const double total = late_variance_ + noise;
  const double late_gain = late_variance_ / total;
  const double slope_gain = covariance_ / total;
  late_s_ += late_gain * off;
  slope_ += slope_gain * off;
  slope_variance_ -= slope_gain * covariance_;
  covariance_ -= late_gain * covariance_;
  late_variance_ -= late_gain * late_variance_;
}

void DeviceClock::shift(double by_s) noexcept {
  late_s_ += by_s;
  // Where it stands is as uncertain as at the start; how fast it runs is known as before.
  late_variance_ = square(jitter_s);
  covariance_ = 0;
}

TimePoint DeviceClock::time_of(double at) const noexcept {
  const auto whole = static_cast<std::int64_t>(at);
  const double since_s = (at - static_cast<double>(at_)) / rate_;
  return base_ + nominal(whole) +
         from_s((at - static_cast<double>(whole)) / rate_ + late_s_ + slope_ * since_s);
}

bool DeviceClock::knows_drift() const noexcept {
  return slope_variance_ < square(known_slope);
}

}  // namespace rustcam
