// From an HDR desktop's linear light to the sRGB picture that an SDR screen would show.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "image/image_view.h"

namespace rustcam::dda {

/// A 16-bit picture as Desktop Duplication hands it out: R, G, B, A as IEEE half floats in scRGB
/// (linear, sRGB primaries, 1.0 = 80 nits).
struct HalfFloatView {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;  ///< bytes from row to row
  Size size;
};

constexpr double default_sdr_white_nits = 200.0;

/// Windows draws SDR content so that its white has the luminance the user has chosen. Dividing by
/// that gives an SDR picture its own values back; what is brighter becomes white, and colours
/// beyond sRGB the nearest within.
class ToneMap {
 public:
  /// `sdr_white_nits` above 0; anything else counts as default_sdr_white_nits.
  explicit ToneMap(double sdr_white_nits);
  /// Into a bgra picture of the same size; alpha comes out 255.
  void convert(const HalfFloatView& from, const ImageView& into) const;

 private:
  using Table = std::array<std::uint8_t, 65536>;
  std::unique_ptr<const Table> code_of_half_;  ///< every half float has its place
};

}  // namespace rustcam::dda
