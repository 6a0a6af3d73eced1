// RGB to YUV in fixed point.
#pragma once

#include <cstdint>

#include "image/pixel_format.h"

namespace rustcam {

/// What blue, green and red (0..255) count for, in 1/2^14. Sums of products fit 31 bits.
struct Weights {
  std::int16_t b;
  std::int16_t g;
  std::int16_t r;
};

/// Fourteen bits keep every value within 0.51 of the exact one, of which 0.5 are rounding. The
/// weights of luma sum up so that white is exact, those of chroma to 0, so that greys have none.
struct YuvCoefficients {
  static constexpr int bits = 14;

  Weights y;
  Weights u;
  Weights v;
  std::int32_t y_offset;                       ///< the code of black, in 1
  static constexpr std::int32_t middle = 128;  ///< the chroma code of grey, in 1
};

const YuvCoefficients& yuv_coefficients(YuvEncoding encoding) noexcept;

/// Grey pictures, as OpenCV makes them: full-range BT.601 luma.
inline const YuvCoefficients& gray_coefficients() noexcept {
  return yuv_coefficients({ColorMatrix::bt601, ColorRange::full});
}

}  // namespace rustcam
