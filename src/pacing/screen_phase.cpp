#include "pacing/screen_phase.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>
#include <vector>

namespace rustcam {

namespace {

using namespace std::chrono_literals;

constexpr Duration window = 750ms;
constexpr std::size_t most_presents = 384;
constexpr Duration recompute_every = 100ms;
/// Finer lattices than this drown in the jitter of real presents, and matter to nobody.
constexpr double shortest_period_ns = 2e6;
constexpr int most_multiples = 16;

/// Rayleigh's statistic n * R^2 exceeds this by chance with a probability of e^-9.
constexpr double certainty = 9.0;
constexpr double least_concentration = 0.3;
constexpr std::size_t fewest_presents = 10;
/// Whatever fits into less than a few periods of a lattice looks as if it kept to it.
constexpr double fewest_periods = 3;

constexpr int blocks = 16;
/// Beats beyond this pass so quickly that no phase is better than another for long.
constexpr double widest_beat_hz = 1.6;
constexpr double beat_step_hz = 0.2;
/// In a shorter observation a beat cannot be told from jitter.
constexpr Duration beat_needs = 400ms;

using Phasor = std::complex<double>;

Phasor turn(double cycles) {
  return std::polar(1.0, 2 * std::numbers::pi * (cycles - std::floor(cycles)));
}

struct Block {
  double at_s = 0;  ///< mean time of its presents, from the newest one
  Phasor sum;
};

Phasor sum_at(const std::vector<Block>& list, double beat_hz) {
  Phasor total;
  for (const Block& b : list) total += b.sum * turn(b.at_s * beat_hz);
  return total;
}

/// The vertex of a parabola through three points one step apart, in steps from the middle one.
double vertex(double before, double at, double after) {
  const double curvature = before - 2 * at + after;
  if (!(curvature < 0)) return 0;
  return std::clamp(0.5 * (before - after) / curvature, -0.5, 0.5);
}

double best_beat(const std::vector<Block>& list) {
  const int steps = static_cast<int>(std::lround(widest_beat_hz / beat_step_hz));
  const auto power = [&](int step) { return std::norm(sum_at(list, step * beat_step_hz)); };
  int best = 0;
  for (int step = -steps; step <= steps; ++step)
    if (power(step) > power(best)) best = step;
  return (best + vertex(power(best - 1), power(best), power(best + 1))) * beat_step_hz;
}

}  // namespace

ScreenPhase::ScreenPhase(const Rational& rate)
    : rate_(rate),
      multiples_(std::clamp(static_cast<int>(1e9 / rate.value() / shortest_period_ns), 1,
                            most_multiples)) {}

void ScreenPhase::presented(TimePoint at, Watch watch) {
  if (!presents_.empty()) {
    const TimePoint last = presents_.back();
    if (at == last) return;
    if (at < last || at - last > window || watch != watch_) {
      presents_.clear();
      computed_at_ = {};
    }
  }
  watch_ = watch;
  presents_.push_back(at);
  ++unseen_;
  while (at - presents_.front() > window || presents_.size() > most_presents) presents_.pop_front();
}

const std::optional<ScreenPhase::Lattice>& ScreenPhase::lattice() {
  if (unseen_ == 0 || presents_.size() < fewest_presents) return lattice_;
  const bool due = !lattice_ || presents_.back() - computed_at_ >= recompute_every;
  if (due) {
    unseen_ = 0;
    computed_at_ = presents_.back();
    lattice_ = find();
  }
  return lattice_;
}

std::optional<ScreenPhase::Lattice> ScreenPhase::find() const {
  if (watch_ == Watch::all) return find_among(1, multiples_);
  if (!lattice_) return std::nullopt;
  const auto same = find_among(lattice_->multiple, lattice_->multiple);
  return same ? same : lattice_;
}

std::optional<ScreenPhase::Lattice> ScreenPhase::find_among(int first, int last) const {
  const TimePoint newest = presents_.back();
  const Duration span = newest - presents_.front();
  const double count = static_cast<double>(presents_.size());
  const double rate_hz = rate_.value();
  const bool beat_known = span >= beat_needs;

  std::vector<double> at_s;
  std::vector<Phasor> once;  // phases in the recording's own period
  for (const TimePoint p : presents_) {
    at_s.push_back(to_s(p - newest));
    once.push_back(turn(at_s.back() * rate_hz));
  }
  std::vector<Phasor> powers(once.size(), Phasor(1));
  for (int m = 1; m <= last; ++m) {
    for (std::size_t i = 0; i < once.size(); ++i) powers[i] *= once[i];
    if (m < first || m * rate_hz * to_s(span) < fewest_periods) continue;

    std::vector<Block> list(beat_known ? blocks : 1);
    std::vector<double> in_block(list.size(), 0);
    for (std::size_t i = 0; i < powers.size(); ++i) {
      const double place = 1.0 + at_s[i] / std::max(to_s(span), 1e-9);
      const auto b = std::min(
          static_cast<std::size_t>(std::max(place, 0.0) * static_cast<double>(list.size())),
          list.size() - 1);
      list[b].sum += powers[i];
      list[b].at_s += at_s[i];
      in_block[b] += 1;
    }
    double most = 0;  // what they could add up to if every block had the same phase
    for (std::size_t b = 0; b < list.size(); ++b) {
      if (in_block[b] > 0) list[b].at_s /= in_block[b];
      most += std::abs(list[b].sum);
    }
    if (most < count * least_concentration) continue;

    const double beat = beat_known ? best_beat(list) : 0;
    const Phasor sum = sum_at(list, beat);
    const double concentration = std::abs(sum) / count;
    if (concentration < least_concentration) continue;
    // One stray among few presents can lie on a finer lattice by chance: more will tell.
    if (count * concentration * concentration < certainty) return std::nullopt;
    Lattice found;
    found.multiple = m;
    found.period_ns = 1e9 / (m * rate_hz + beat);
    const double phase = std::arg(sum) / (2 * std::numbers::pi);
    found.anchor = newest + Duration(std::llround(phase * found.period_ns));
    return found;
  }
  return std::nullopt;
}

}  // namespace rustcam
