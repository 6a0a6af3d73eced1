#include "image/yuv_coefficients.h"

namespace rustcam {
namespace {

constexpr double one = 1 << YuvCoefficients::bits;

constexpr std::int16_t fixed(double value) {
  return static_cast<std::int16_t>(value * one + (value < 0 ? -0.5 : 0.5));
}

/// `kr` and `kb` are the luma weights of red and blue in ITU-R BT.709 and BT.601.
constexpr YuvCoefficients make(double kr, double kb, ColorRange range) {
  const bool limited = range == ColorRange::limited;
  const double luma = limited ? 219.0 / 255.0 : 1.0;
  const double chroma = (limited ? 224.0 / 255.0 : 1.0) / 2;
  YuvCoefficients c{};
  c.y.b = fixed(kb * luma);
  c.y.r = fixed(kr * luma);
  c.y.g = static_cast<std::int16_t>(fixed(luma) - c.y.b - c.y.r);
  c.u.b = fixed(chroma);
  c.u.r = fixed(-kr / (1 - kb) * chroma);
  c.u.g = static_cast<std::int16_t>(-c.u.b - c.u.r);
  c.v.r = fixed(chroma);
  c.v.b = fixed(-kb / (1 - kr) * chroma);
  c.v.g = static_cast<std::int16_t>(-c.v.b - c.v.r);
  c.y_offset = limited ? 16 : 0;
  return c;
}

constexpr YuvCoefficients bt709_limited = make(0.2126, 0.0722, ColorRange::limited);
constexpr YuvCoefficients bt709_full = make(0.2126, 0.0722, ColorRange::full);
constexpr YuvCoefficients bt601_limited = make(0.299, 0.114, ColorRange::limited);
constexpr YuvCoefficients bt601_full = make(0.299, 0.114, ColorRange::full);

}  // namespace

const YuvCoefficients& yuv_coefficients(YuvEncoding encoding) noexcept {
  const bool limited = encoding.range == ColorRange::limited;
  if (encoding.matrix == ColorMatrix::bt709) return limited ? bt709_limited : bt709_full;
  return limited ? bt601_limited : bt601_full;
}

}  // namespace rustcam
