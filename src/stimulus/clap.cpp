#include "stimulus/clap.h"

#include <chrono>

#include "stimulus/canvas.h"

namespace rustcam {

/// Frame n is shown n / hz seconds after frame 0.
bool Clap::flashes(std::int64_t n) const noexcept {
  constexpr Duration tenth = std::chrono::milliseconds(100);
  return slot_offset(hz_, n) % std::chrono::seconds(1) < tenth;
}

void Clap::paint(std::int64_t n, const Rect& r, const Canvas& canvas) const {
  canvas.fill(r, flashes(n) ? bgra(255, 255, 255) : bgra(32, 32, 32));
}

Region Clap::changed(std::int64_t from, std::int64_t to) const {
  return flashes(from) == flashes(to) ? Region() : Region(Rect::of(size()));
}

}  // namespace rustcam
