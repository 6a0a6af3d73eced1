#include "audio/sound_mixer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <utility>

#include "audio/soft_clip.h"

namespace rustcam {
namespace {

/// Time alone may make more of a source known, one that is away: it is looked after so often.
constexpr Duration look_again = std::chrono::milliseconds(20);
constexpr int values_of_peak = sound_rate / 50 * sound_channels;

}  // namespace

SoundMixer::SoundMixer(std::vector<Input> inputs, SoundDesk& desk)
    : inputs_(std::move(inputs)), desk_(desk) {
  float total = 0;
  for (const Input& input : inputs_) total += input.gain;
  may_be_too_loud_ = total > 1.0001F;
}

/// Under the mutex.
SoundTime SoundMixer::known() const {
  if (!desk_.zero) return 0;
  SoundTime known = inputs_.front().source->end();
  for (const Input& input : inputs_) known = std::min(known, input.source->end());
  return known;
}

SoundTime SoundMixer::available() {
  const std::lock_guard lock(desk_.mutex);
  return known();
}

void SoundMixer::read(SoundTime from, std::span<float> into) {
  const std::size_t frames = into.size() / sound_channels;
  const SoundTime end = from + static_cast<SoundTime>(frames);
  std::fill(into.begin(), into.end(), 0.0F);
  heard_.assign(frames, 0);
  {
    std::unique_lock lock(desk_.mutex);
    const auto there = [&] { return hurried_ || known() >= end; };
    while (!desk_.clock.wait(lock, desk_.changed, desk_.clock.now() + look_again, {}, there)) {
    }
    for (const Input& input : inputs_) {
      input.source->line().add_to(from, input.gain, into, heard_);
      input.source->line().drop_until(end);
    }
    silent_ += std::count(heard_.begin(), heard_.end(), 0);
  }
  note_peaks(into);
  if (may_be_too_loud_)
    clip_softly(into);
  else
    clip_hard(into);
}

void SoundMixer::note_peaks(std::span<const float> sum) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (values_in_peak_ == values_of_peak) {
      newest_peak_ = (newest_peak_ + 1) % peaks_.size();
      peaks_[newest_peak_] = 0;
      values_in_peak_ = 0;
    }
    peaks_[newest_peak_] = std::max(peaks_[newest_peak_], std::abs(sum[i]));
    ++values_in_peak_;
  }
  peak_ = *std::max_element(peaks_.begin(), peaks_.end());
}

void SoundMixer::hurry() noexcept {
  {
    const std::lock_guard lock(desk_.mutex);
    hurried_ = true;
  }
  desk_.changed.notify_all();
}

}  // namespace rustcam
