// Sums that are louder than full scale.
#pragma once

#include <span>

namespace rustcam {

/// Brings interleaved `samples` within -1 to 1: what is below -3 dB stays as it is, what is above
/// is pressed together, the louder the more.
void clip_softly(std::span<float> samples) noexcept;
/// Cuts off what is beyond -1 to 1, and leaves all else.
void clip_hard(std::span<float> samples) noexcept;

}  // namespace rustcam
