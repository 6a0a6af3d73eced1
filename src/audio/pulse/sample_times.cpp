#include "audio/pulse/sample_times.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace rustcam::pulse {
namespace {

constexpr std::size_t kept_times = 6;

}  // namespace

void SampleTimes::learn(std::int64_t position, TimePoint made) {
  known_.push_back({position, made});
  if (known_.size() > kept_times) known_.pop_front();
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
