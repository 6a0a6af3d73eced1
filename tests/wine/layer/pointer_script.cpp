#include "pointer_script.h"

#include <cmath>

namespace layer {
namespace {

constexpr UINT side = 32;

PointerShapeBytes colored(DXGI_OUTDUPL_POINTER_SHAPE_TYPE type) {
  PointerShapeBytes shape;
  shape.info.Type = static_cast<UINT>(type);
  shape.info.Width = side;
  shape.info.Height = side;
  shape.info.Pitch = side * 4;
  shape.bytes.resize(side * side * 4);
  for (UINT y = 0; y < side; ++y)
    for (UINT x = 0; x < side; ++x) {
      std::uint8_t* p = shape.bytes.data() + (y * side + x) * 4;
      p[0] = static_cast<std::uint8_t>(x * 8);
      p[1] = static_cast<std::uint8_t>(y * 8);
      p[2] = 200;
      // Straight alpha runs from clear to opaque; a masked shape knows 0 (replace) and 255 (XOR)
      // only.
      p[3] = type == DXGI_OUTDUPL_POINTER_SHAPE_TYPE_COLOR
                 ? static_cast<std::uint8_t>(x * 255 / (side - 1))
             : (x + y) % 2 == 0 ? std::uint8_t{0}
                                : std::uint8_t{255};
    }
  return shape;
}

PointerShapeBytes monochrome() {
  PointerShapeBytes shape;
  shape.info.Type = DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MONOCHROME;
  shape.info.Width = side;
  shape.info.Height = side * 2;
  shape.info.Pitch = side / 8;
  shape.bytes.resize(side * 2 * side / 8);
  for (UINT y = 0; y < side; ++y)
    for (UINT x = 0; x < side; ++x) {
      // Quarters: black (AND 0, XOR 0), white (0, 1), clear (1, 0), inverted (1, 1).
      const bool and_bit = x >= side / 2;
      const bool xor_bit = y >= side / 2;
      const auto bit = static_cast<std::uint8_t>(0x80U >> (x % 8));
      if (and_bit) shape.bytes[y * side / 8 + x / 8] |= bit;
      if (xor_bit) shape.bytes[(side + y) * side / 8 + x / 8] |= bit;
    }
  return shape;
}

}  // namespace

PointerShapeBytes pointer_shape(PointerChoice choice) {
  switch (choice) {
    case PointerChoice::color:
      return colored(DXGI_OUTDUPL_POINTER_SHAPE_TYPE_COLOR);
    case PointerChoice::masked:
      return colored(DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MASKED_COLOR);
    case PointerChoice::mono:
      return monochrome();
    case PointerChoice::none:
      break;
  }
  return {};
}

rustcam::Point pointer_position(const Config& config, rustcam::Size screen, double t_s) {
  if (config.pointer_at) return *config.pointer_at;
  const double angle = t_s * 2;
  return {
      static_cast<std::int32_t>(std::lround(screen.width * (0.5 + 0.52 * std::cos(angle)))),
      static_cast<std::int32_t>(std::lround(screen.height * (0.5 + 0.52 * std::sin(angle * 1.3))))};
}

}  // namespace layer
