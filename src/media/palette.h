// A few colours that stand for all of a picture's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/region.h"
#include "image/image_view.h"

namespace rustcam {

/// 0x00RRGGBB.
using Rgb24 = std::uint32_t;

/// The colour of one bgra pixel.
inline Rgb24 colour_at(const std::uint8_t* bgra) noexcept {
  return static_cast<Rgb24>(bgra[2] << 16 | bgra[1] << 8 | bgra[0]);
}

/// The colours of `picture` (bgra) themselves if there are at most `count`, or else that many
/// chosen by median cut. At least one.
std::vector<Rgb24> make_palette(const ConstImageView& picture, std::size_t count);

/// Finds the nearest colour of a palette; remembers what it found.
class PaletteIndex {
 public:
  explicit PaletteIndex(std::vector<Rgb24> colours);

  struct Match {
    std::uint8_t index = 0;
    std::uint32_t error = 0;  ///< squared distance
  };
  Match find(Rgb24 colour);
  const std::vector<Rgb24>& colours() const noexcept { return colours_; }

 private:
  struct Remembered {
    Rgb24 colour = 0xffffffff;  ///< no colour: 24 bits are all there is
    Match match;
  };
  std::vector<Rgb24> colours_;
  std::vector<Remembered> memory_;
};

}  // namespace rustcam
