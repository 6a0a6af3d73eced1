#include "audio/soft_clip.h"

#include <algorithm>
#include <cmath>

namespace rustcam {

void clip_softly(std::span<float> samples) noexcept {
  constexpr float knee = 0.70794578F;  // -3 dB
  for (float& sample : samples) {
    const float size = std::abs(sample);
    if (size <= knee) continue;
    // Goes on from the knee with the same slope, and never reaches full scale.
    const float pressed = knee + (1 - knee) * std::tanh((size - knee) / (1 - knee));
    sample = std::copysign(std::min(pressed, 1.0F), sample);
  }
}

void clip_hard(std::span<float> samples) noexcept {
  for (float& sample : samples) sample = std::clamp(sample, -1.0F, 1.0F);
}

}  // namespace rustcam
