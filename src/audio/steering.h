// How the resampler is steered, so that sound stays in its place.
#pragma once

#include <algorithm>

namespace rustcam {

/// Sound that is further than this from its place is put there at once, by silence or a cut.
constexpr double largest_steered_s = 0.05;
/// The resampler runs at most so much faster or slower than the rates say: 1.7 cents.
constexpr double largest_pace = 1e-3;

/// By what part of itself more of the device's sound has to be used up in a time, if the device is
/// fast by `drift` and the next sound would come out `early_s` before its place. A PI controller
/// whose integral is the filtered drift of the device's clock; an error falls to a third in 1.5 s.
inline double pace(double early_s, double drift) noexcept {
  constexpr double settling_s = 1.5;
  return std::clamp(drift - early_s / settling_s, -largest_pace, largest_pace);
}

}  // namespace rustcam
