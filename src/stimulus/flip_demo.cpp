#include "stimulus/flip_demo.h"

#include <cstdint>

#include "stimulus/canvas.h"

namespace rustcam {

namespace {

// Multiplying by an odd number permutes the 24-bit numbers, so no colour repeats. This one moves
// the high byte by about the golden section of 256: neighbours are at least 97 apart there. The
// high byte is green, which weighs most in what the eye and an encoder's luma see.
Bgra colour_of(std::int64_t n) noexcept {
  const std::uint32_t mixed = static_cast<std::uint32_t>(n) * 0x9E3779U;
  return bgra(mixed >> 8, mixed >> 16, mixed);
}

}  // namespace

void FlipDemo::paint(std::int64_t n, const Rect& r, const Canvas& canvas) const {
  canvas.fill(r, colour_of(n));
}

Region FlipDemo::changed(std::int64_t from, std::int64_t to) const {
  return colour_of(from) == colour_of(to) ? Region() : Region(Rect::of(size()));
}

}  // namespace rustcam
