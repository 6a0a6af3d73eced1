#include "audio/pulse/mixer.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace rustcam::pulse {
namespace {

using std::chrono::milliseconds;

/// A stream that has sent nothing for so long has been paused.
constexpr Duration patience_with_a_track = milliseconds(100);
/// By so much a stream may stray from what its times say before it is laid anew.
constexpr Duration straying = milliseconds(10);
/// More than any stream is ahead of another.
constexpr Duration longest_wait = std::chrono::seconds(2);

}  // namespace

std::int64_t Mixer::frames_of(Duration time) const {
  return time.count() * rate_ / 1'000'000'000;
}

void Mixer::add(std::uint32_t stream, const SoundBlock& block, TimePoint at) {
  const auto leading = tracks_.find(leader_);
  if (leading == tracks_.end() || at - leading->second.came > patience_with_a_track) {
    leader_ = stream;
    if (tracks_.empty() && sum_.empty()) {  // the line's time begins anew
      known_ = begin_;
      known_made_ = block.made;
    }
  }
  const std::int64_t place = known_ + frames_of(block.made - known_made_);
  const auto [found, fresh] = tracks_.try_emplace(stream);
  Track& track = found->second;
  const std::int64_t off = place < track.end ? track.end - place : place - track.end;
  if (fresh || block.broken || off > frames_of(straying)) track.end = place;
  std::int64_t start = track.end;
  if (stream == leader_) {
    known_ = start;
    known_made_ = block.made;
  }
  track.end += block.frames;
  track.came = at;
  if (sum_.empty())
    begin_ = std::max(begin_, start);
  else if (start - begin_ > frames_of(longest_wait)) {
    sum_.clear();
    begin_ = start;
  }
  const std::int64_t cut = std::clamp<std::int64_t>(begin_ - start, 0, block.frames);
  start += cut;
  if (track.end > begin_ + waiting()) sum_.resize(static_cast<std::size_t>(track.end - begin_) * 2);
  if (block.samples.empty()) return;
  auto into = sum_.begin() + 2 * (start - begin_);
  for (const float value : block.samples.subspan(static_cast<std::size_t>(cut) * 2))
    *into++ += value;
}

bool Mixer::take(SoundBlock& block, std::vector<float>& samples, TimePoint at) {
  std::int64_t complete = begin_ + waiting();
  for (const auto& [stream, track] : tracks_)
    if (at - track.came < patience_with_a_track) complete = std::min(complete, track.end);
  if (complete <= begin_) return false;
  block.frames = complete - begin_;
  block.made = known_made_ + Duration((begin_ - known_) * 1'000'000'000 / rate_);
  block.broken = false;
  const auto end = sum_.begin() + 2 * block.frames;
  samples.assign(sum_.begin(), end);
  block.samples = samples;
  sum_.erase(sum_.begin(), end);
  begin_ = complete;
  return true;
}

TimePoint Mixer::due() const {
  TimePoint first = TimePoint::max();
  if (sum_.empty()) return first;
  for (const auto& [stream, track] : tracks_)
    first = std::min(first, track.came + patience_with_a_track);
  return first;
}

}  // namespace rustcam::pulse
