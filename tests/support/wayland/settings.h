// What a test tells the compositor about its outputs and its pointer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/geometry.h"

namespace rustcam::test {

struct OutputSettings {
  std::string name = "TEST-1";
  std::string make = "Rustcam";
  std::string model = "Test screen";
  std::string description = "Rustcam Test screen 0001";
  Size mode{640, 480};            ///< the panel's own pixels, which are those of captured buffers
  std::int32_t refresh = 60000;   ///< mHz, at least 1: frames are no closer to one another
  std::int32_t transform = 0;     ///< wl_output.transform, 0..7
  double scale = 1;               ///< wl_output tells the next whole number
  Point place;                    ///< in logical coordinates
  std::optional<Size> logical{};  ///< nullopt: the upright picture divided by the scale, rounded
};

/// The size of an output's upright picture.
inline Size upright_size(const OutputSettings& settings) {
  return settings.transform % 2 == 0 ? settings.mode
                                     : Size{settings.mode.height, settings.mode.width};
}

struct PointerImage {
  Size size{1, 1};
  std::vector<std::uint32_t> pixels = std::vector<std::uint32_t>(1);  ///< premultiplied 0xAARRGGBB
  Point hot_spot;  ///< from the image's upper left corner
};

/// Which protocols clients may capture by.
struct Offer {
  bool wlr = true;
  bool ext = true;
};

}  // namespace rustcam::test
