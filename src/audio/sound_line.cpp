#include "audio/sound_line.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace rustcam {

void SoundLine::put(SoundTime at, std::vector<float> samples) {
  const auto frames = static_cast<std::int64_t>(samples.size()) / sound_channels;
  const std::int64_t late = std::clamp<std::int64_t>(end_ - at, 0, frames);
  if (late == frames) return;
  end_ = at + frames;
  if (kept_ + frames - late > capacity_) return;
  samples.erase(samples.begin(), samples.begin() + late * sound_channels);
  kept_ += frames - late;
  pieces_.push_back({at + late, std::move(samples)});
}

void SoundLine::silence_until(SoundTime at) noexcept {
  end_ = std::max(end_, at);
}

void SoundLine::add_to(SoundTime at, float gain, std::span<float> into,
                       std::span<std::uint8_t> heard) const noexcept {
  const SoundTime end = at + static_cast<SoundTime>(heard.size());
  for (const Piece& piece : pieces_) {
    if (piece.at >= end) break;
    const SoundTime from = std::max(at, piece.at);
    const SoundTime to = std::min(end, piece.end());
    for (SoundTime i = from; i < to; ++i) {
      const auto source = static_cast<std::size_t>((i - piece.at) * sound_channels);
      const auto target = static_cast<std::size_t>((i - at) * sound_channels);
      into[target] += gain * piece.samples[source];
      into[target + 1] += gain * piece.samples[source + 1];
      heard[static_cast<std::size_t>(i - at)] = 1;
    }
  }
}

void SoundLine::drop_until(SoundTime at) noexcept {
  while (!pieces_.empty() && pieces_.front().end() <= at) {
    kept_ -= static_cast<std::int64_t>(pieces_.front().samples.size()) / sound_channels;
    pieces_.pop_front();
  }
  silence_until(at);
}

}  // namespace rustcam
