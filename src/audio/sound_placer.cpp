#include "audio/sound_placer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <utility>

#include "audio/steering.h"

namespace rustcam {
namespace {

/// Sound from before slot 0 that is kept: recordings tell where slot 0 is soon after it.
constexpr double kept_before_begin_s = 3;
/// What the device's clock has to be learned from before anything is placed by it.
constexpr double enough_to_trust_s = 0.2;
/// So much sound whose times agree with one another tells by how much the device has jumped.
constexpr double enough_to_judge_s = 0.06;
constexpr double agreeing_s = 0.03;
/// A device that says that sound was lost is believed if its times say so by more than this.
constexpr double smallest_told_jump_s = 0.005;
/// Sound is held no longer than this; others wait for it.
constexpr Duration longest_hold = std::chrono::milliseconds(300);

/// Faulty programs play what is no number, or far beyond full scale. The resampler would spoil what
/// is next to it, and encoders give up.
float sound_value(float value) noexcept {
  constexpr float largest = 1000;
  return std::abs(value) <= largest ? value : 0;
}

}  // namespace

SoundPlacer::SoundPlacer(int rate, int channels, std::optional<double> drift)
    : rate_(rate), channels_(channels), clock_(rate, drift) {
  // Whatever there is to complain of is told now, and whatever has to be loaded is there in time.
  const Resampler trial(rate, channels);
}

void SoundPlacer::begin(TimePoint zero) {
  zero_ = zero;
  place_accepted(false);
}

double SoundPlacer::lateness_s(const Held& block) const noexcept {
  return clock_.lateness_s(block.at, block.made);
}

void SoundPlacer::add(const SoundBlock& block, TimePoint arrived) {
  Held held{count_, block.frames, block.made, arrived, block.broken && clock_.started(), {}};
  held.samples.resize(static_cast<std::size_t>(block.frames * channels_));
  std::transform(block.samples.begin(), block.samples.end(), held.samples.begin(), sound_value);
  count_ += block.frames;
  if (suspects_.empty() && !held.broken && std::abs(lateness_s(held)) <= largest_steered_s) {
    accept(std::move(held));
  } else {
    suspects_.push_back(std::move(held));
    judge_suspects(false);
  }
  place_accepted(false);
}

void SoundPlacer::settle() {
  judge_suspects(true);
  place_accepted(true);
}

void SoundPlacer::judge_suspects(bool force) {
  if (suspects_.empty()) return;
  const Held& newest = suspects_.back();
  const bool told = std::any_of(suspects_.begin(), suspects_.end(),
                                [](const Held& block) { return block.broken; });
  // The times are as they were: a few were wrong, such as those of blocks that waited for us.
  if (!told && std::abs(lateness_s(newest)) <= largest_steered_s)
    return accept_suspects(std::nullopt);

  std::vector<double> late;
  std::int64_t frames = 0;
  for (auto block = suspects_.rbegin(); block != suspects_.rend(); ++block) {
    late.push_back(lateness_s(*block));
    frames += block->frames;
    if (static_cast<double>(frames) >= enough_to_judge_s * rate_) break;
  }
  force = force || newest.arrived - suspects_.front().arrived >= longest_hold;
  const bool enough = static_cast<double>(frames) >= enough_to_judge_s * rate_;
  const auto [least, most] = std::minmax_element(late.begin(), late.end());
  if (!force && !(enough && *most - *least <= agreeing_s)) return;
  std::sort(late.begin(), late.end());
  const double jump = late[late.size() / 2];
  if (std::abs(jump) > (told ? smallest_told_jump_s : largest_steered_s))
    accept_suspects(jump);
  else
    accept_suspects(std::nullopt);
}

/// `shift_s`: all of them are so much later than counted.
void SoundPlacer::accept_suspects(std::optional<double> shift_s) {
  if (shift_s) {
    place_accepted(true);
    accepted_.clear();  // before begin(), what came before a jump is not wanted
    clock_.shift(*shift_s);
    if (resampler_ && std::abs(*shift_s) > largest_steered_s) {
      ++jumps_;
      offsets_s_.push_back(*shift_s);
    }
    resampler_.reset();
  }
  for (Held& block : std::exchange(suspects_, {})) accept(std::move(block));
}

void SoundPlacer::accept(Held block) {
  if (std::abs(lateness_s(block)) <= largest_steered_s)
    clock_.learn(block.at, block.frames, block.made);
  accepted_.push_back(std::move(block));
  const auto keep = static_cast<std::int64_t>(kept_before_begin_s * rate_);
  while (!begun() && !accepted_.empty() && count_ - accepted_.front().at > keep)
    accepted_.pop_front();
}

void SoundPlacer::place_accepted(bool force) {
  if (accepted_.empty()) return;
  trusted_ = trusted_ || force || clock_.learned_s() >= enough_to_trust_s ||
             accepted_.back().arrived - accepted_.front().arrived >= longest_hold;
  if (!trusted_ || !begun()) return;
  for (const Held& block : std::exchange(accepted_, {})) place(block);
}

void SoundPlacer::start_at(const Held& block) {
  resampler_ = std::make_unique<Resampler>(rate_, channels_);
  started_at_ = block.at;
  next_ = std::llround(place_of_next_output());
}

double SoundPlacer::place_of_next_output() const noexcept {
  const double value = static_cast<double>(started_at_) + resampler_->next_input();
  return to_s(clock_.time_of(value) - *zero_) * sound_rate;
}

void SoundPlacer::place(const Held& block) {
  if (!resampler_) start_at(block);
  double early_s = (place_of_next_output() - static_cast<double>(next_)) / sound_rate;
  offsets_s_.push_back(early_s);
  if (std::abs(early_s) > largest_steered_s) {
    ++jumps_;
    start_at(block);
    early_s = 0;
  }
  resampler_->set_pace(pace(early_s, clock_.drift()));
  PlacedSound sound{next_, {}};
  resampler_->feed(block.samples, sound.samples);
  next_ += static_cast<SoundTime>(sound.samples.size()) / sound_channels;
  placed_.push_back(std::move(sound));
}

std::vector<PlacedSound> SoundPlacer::take() {
  return std::exchange(placed_, {});
}

std::optional<double> SoundPlacer::drift() const noexcept {
  return clock_.knows_drift() ? std::optional(clock_.drift()) : std::nullopt;
}

void SoundPlacer::take_offsets(Histogram& into) {
  for (const double offset : std::exchange(offsets_s_, {})) into.add(from_s(std::abs(offset)));
}

}  // namespace rustcam
