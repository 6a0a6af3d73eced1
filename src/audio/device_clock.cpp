#include "audio/device_clock.h"

#include <algorithm>
#include <chrono>

namespace rustcam {
namespace {

constexpr double square(double x) {
  return x * x;
}

/// Times of blocks are taken to jitter by so much at first, and by so much at least; those within
/// this time of one another alike.
constexpr double usual_jitter_s = 3e-3;
constexpr double least_jitter_s = 1e-3;
constexpr double largest_jitter_s = 1e-2;
constexpr double alike_s = 0.02;
/// How fast the jitter is learned.
constexpr double jitter_memory_s = 1;
/// What clocks of sound devices are off by.
constexpr double usual_slope = 250e-6;
constexpr double remembered_slope = 30e-6;
/// How where a device stands, and how fast its clock is, wander in a second: with the jitter, this
/// makes the filter's memory.
constexpr double late_wander_s = 1.5e-4;
constexpr double slope_wander = 2e-6;
constexpr double known_slope = 80e-6;

}  // namespace

DeviceClock::DeviceClock(int rate, std::optional<double> drift) noexcept
    : rate_(rate),
      whole_rate_(rate),
      slope_(-drift.value_or(0)),
      slope_variance_(square(drift ? remembered_slope : usual_slope)),
      jitter_variance_(square(usual_jitter_s)) {}

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
  late_variance_ += 2 * covariance_ * dt + slope_variance_ * dt * dt + square(late_wander_s) * dt;
  covariance_ += slope_variance_ * dt;
  slope_variance_ = std::min(slope_variance_ + square(slope_wander) * dt, square(usual_slope));
}

/// Of one time.
double DeviceClock::noise(double length_s) const noexcept {
  return jitter_variance_ * std::max(1.0, alike_s / std::max(length_s, 1e-4));
}

/// From how much neighbours differ: what all of them have in common is no jitter.
void DeviceClock::learn_jitter(double off_s, double length_s) noexcept {
  const double difference = std::clamp(off_s - last_off_s_, -largest_jitter_s, largest_jitter_s);
  last_off_s_ = off_s;
  jitter_variance_ +=
      std::min(1.0, length_s / jitter_memory_s) * (square(difference) / 2 - jitter_variance_);
  jitter_variance_ = std::max(jitter_variance_, square(least_jitter_s));
}

void DeviceClock::learn(std::int64_t at, std::int64_t frames, TimePoint made) noexcept {
  const double length_s = static_cast<double>(frames) / rate_;
  learned_s_ += length_s;
  if (!started_) {
    started_ = true;
    base_ = made - nominal(at);
    at_ = at;
    late_variance_ = noise(length_s);
    return;
  }
  const double off = lateness_s(at, made);
  learn_jitter(off, length_s);
  advance_to(at);
  const double total = late_variance_ + noise(length_s);
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
  late_variance_ = jitter_variance_;
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
