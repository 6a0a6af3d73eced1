// How the server stores the screen's pixels, and the way to and from bgra.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "capture/x11/connection.h"

namespace rustcam::x11 {

enum class PixelLayout {
  unsupported = 0,
  xrgb8,    ///< depth 24: B, G, R, unused in memory
  x2rgb10,  ///< depth 30: ten bits each, blue lowest
};

/// The root window's layout: unsupported unless pixels are 32-bit, little-endian, and of one of the
/// two kinds above.
PixelLayout root_layout(const Connection& connection);

/// For people: "bgra8", "x2rgb10", "depth 16".
std::string layout_name(const Connection& connection);

/// Converts `count` pixels to bgra with alpha 255.
void to_bgra(PixelLayout layout, const std::uint8_t* from, std::uint8_t* to, std::size_t count);
/// Converts `count` bgra pixels to `layout`; the two may be the same memory.
void from_bgra(PixelLayout layout, const std::uint8_t* from, std::uint8_t* to, std::size_t count);

}  // namespace rustcam::x11
