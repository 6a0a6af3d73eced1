#include "capture/dda/tone_map.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace rustcam::dda {

namespace {

constexpr double scrgb_unit_nits = 80.0;

/// Not-a-number counts as black.
double value_of_half(std::uint32_t half) {
  const bool negative = (half & 0x8000) != 0;
  const int exponent = static_cast<int>((half >> 10) & 0x1f);
  const double fraction = static_cast<double>(half & 0x3ff) / 1024.0;
  if (exponent == 31) return fraction != 0 || negative ? 0.0 : HUGE_VAL;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1.0 + fraction, exponent - 15);
  return negative ? -magnitude : magnitude;
}

std::uint8_t srgb_code(double linear) {
  const double v = std::clamp(linear, 0.0, 1.0);
  const double encoded = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1.0 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(encoded * 255.0));
}

}  // namespace

ToneMap::ToneMap(double sdr_white_nits) {
  const double white = sdr_white_nits > 0 ? sdr_white_nits : default_sdr_white_nits;
  auto table = std::make_unique<Table>();
  for (std::uint32_t half = 0; half < table->size(); ++half)
    (*table)[half] = srgb_code(value_of_half(half) * scrgb_unit_nits / white);
  code_of_half_ = std::move(table);
}

void ToneMap::convert(const HalfFloatView& from, const ImageView& into) const {
  const Table& code = *code_of_half_;
  for (std::int32_t y = 0; y < from.size.height; ++y) {
    const std::uint8_t* in = from.data + y * from.stride;
    std::uint8_t* out = into.row(y);
    for (std::int32_t x = 0; x < from.size.width; ++x, in += 8, out += 4) {
      std::array<std::uint16_t, 3> rgb{};
      std::memcpy(rgb.data(), in, sizeof rgb);
      out[0] = code[rgb[2]];
      out[1] = code[rgb[1]];
      out[2] = code[rgb[0]];
      out[3] = 255;
    }
  }
}

}  // namespace rustcam::dda
