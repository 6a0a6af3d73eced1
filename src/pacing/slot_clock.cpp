#include "pacing/slot_clock.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace rustcam {

namespace {

/// How far the phase may be from the middle before it is laid anew, in screen periods. Moving it
/// between two presents costs nothing; the estimate's own noise must not make it wander.
constexpr double tolerance = 1.0 / 8;
/// Moving it round the end of its range costs a repeated or a missing frame, so that waits longer.
constexpr double wrap_tolerance = 1.0 / 4;

double modulo(double value, double period) {
  const double rest = std::fmod(value, period);
  return rest < 0 ? rest + period : rest;
}

Duration nanoseconds(double ns) {
  return Duration(std::llround(ns));
}

double count(Duration d) {
  return static_cast<double>(d.count());
}

}  // namespace

SlotClock::SlotClock(const Rational& rate) : rate_(rate), screen_(rate) {}

TimePoint SlotClock::start(TimePoint earliest) {
  t0_ = earliest;
  if (const auto& lattice = screen_.lattice()) {
    const double ahead = modulo(count(lattice->anchor + lead_ - earliest), lattice->period_ns);
    t0_ = earliest + nanoseconds(ahead);
  }
  return t0_;
}

std::int64_t SlotClock::slot_at(TimePoint at) const {
  auto n = static_cast<std::int64_t>(std::floor(to_s(at - t0_) * rate_.value()));
  while (slot(n) > at) --n;
  while (slot(n + 1) <= at) ++n;
  return n;
}

TimePoint SlotClock::sampling_point(std::int64_t n) {
  if (n >= next_ + remembered) next_ = n - remembered + 1;
  for (; next_ <= n; ++next_) {
    const TimePoint at = slot(next_);
    follow(at);
    TimePoint point = at + phase_;
    if (next_ > 0)
      point = std::max(point, points_[static_cast<std::size_t>((next_ - 1) % remembered)]);
    points_[static_cast<std::size_t>(next_ % remembered)] = point;
  }
  const std::int64_t oldest = std::max<std::int64_t>(next_ - remembered, 0);
  if (n < oldest)  // asked by one who is far behind: no later than those that were told
    return std::min(slot(n) + phase_, points_[static_cast<std::size_t>(oldest % remembered)]);
  return points_[static_cast<std::size_t>(n % remembered)];
}

void SlotClock::follow(TimePoint slot) {
  const auto& lattice = screen_.lattice();
  if (!lattice) return;
  const double period = lattice->period_ns;
  const double ideal = modulo(count(lattice->anchor + lead_ - slot) + period / 2, period);
  const double current = count(phase_);
  const double off = modulo(current - ideal + period / 2, period) - period / 2;
  if (!laid_) {
    phase_ = nanoseconds(ideal);
    laid_ = true;
    return;
  }
  if (std::abs(off) <= period * tolerance && current <= period) return;
  const double nearest = current - off;
  if (nearest >= 0 && nearest <= period)
    phase_ = nanoseconds(nearest);
  else if (std::abs(off) <= period * wrap_tolerance)
    phase_ = nanoseconds(std::clamp(nearest, 0.0, period));
  else
    phase_ = nanoseconds(ideal);
}

std::optional<Duration> SlotClock::screen_period() {
  const auto& lattice = screen_.lattice();
  if (!lattice) return std::nullopt;
  return nanoseconds(lattice->period_ns);
}

}  // namespace rustcam
