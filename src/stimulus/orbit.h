// Where a moving thing is in each frame.
#pragma once

#include <cstdint>

#include "base/geometry.h"

namespace rustcam {

/// A ball between four walls, in whole pixels, so that it is exact for ever. A plain one would soon
/// cross its own path at the same pixel; this one moves on even places, and adds a pixel across
/// while it goes up and a pixel down while it goes back, so that a place tells the way it goes, and
/// none is taken twice before both directions' periods meet again. Speeds are chosen so that this
/// takes more than 60 s at 180 Hz, or if the room is too small for that, as long as can be.
class Orbit {
 public:
  /// `room`: how many places there are in each direction, at least 1.
  explicit Orbit(Size room);
  Point at(std::int64_t n) const noexcept;
  /// After how many frames it starts again.
  std::int64_t period() const noexcept;

 private:
  struct Bounce {
    std::int32_t places = 1;  ///< even places between the walls
    std::int32_t speed = 1;   ///< even places a frame
    std::int64_t period() const noexcept;
    std::int64_t phase(std::int64_t n) const noexcept;
  };

  Size room_;
  Bounce across_;
  Bounce down_;
};

}  // namespace rustcam
