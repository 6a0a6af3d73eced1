#include "audio/pulse/sample_times.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace rustcam::pulse {
namespace {

constexpr std::size_t kept_times = 6;
/// If a sample is so much later than those before it say, something may have been lost; if others
/// agree, it was.
constexpr Duration loss = std::chrono::milliseconds(10);
constexpr std::size_t enough_to_believe = 3;

}  // namespace

bool SampleTimes::learn(std::int64_t position, TimePoint made) {
  late_ = known() && made - at(position) > loss ? late_ + 1 : 0;
  known_.push_back({position, made});
  if (known_.size() > kept_times) known_.pop_front();
  if (late_ < enough_to_believe) return false;
  known_.erase(known_.begin(), known_.end() - enough_to_believe);
  late_ = 0;
  return true;
}

void SampleTimes::forget() noexcept {
  known_.clear();
  late_ = 0;
}

// The lower quartile: an answer that a busy machine has held up is late, and so is one of
// pipewire-pulse, which tells of its last cycle as if it were now. Hardly any is early.
TimePoint SampleTimes::at(std::int64_t position) const {
  if (known_.empty()) return {};
  std::vector<TimePoint> guesses;
  guesses.reserve(kept_times);
  for (const Known& each : known_) guesses.push_back(each.made + lasting(position - each.position));
  const auto middle = guesses.begin() + static_cast<std::ptrdiff_t>((guesses.size() - 1) / 4);
  std::nth_element(guesses.begin(), middle, guesses.end());
  return *middle;
}

}  // namespace rustcam::pulse
