// Where the pixels of an upright picture lie in the buffer of an output that is turned or mirrored.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/region.h"

namespace rustcam::test {

class Turn {
 public:
  /// `transform`: wl_output.transform, 0..7; `upright`: the picture's size.
  Turn(std::int32_t transform, Size upright) noexcept;

  Size buffer_size() const noexcept;
  Rect to_buffer(const Rect& upright) const noexcept;
  Region to_buffer(const Region& upright) const;
  Rect to_upright(const Rect& buffer) const noexcept;
  Region to_upright(const Region& buffer) const;

  /// The pixel of the upright picture (rows without gaps) that belongs at (x, y) of the buffer is
  /// number origin + x * across + y * down.
  struct Steps {
    std::ptrdiff_t origin = 0;
    std::ptrdiff_t across = 1;
    std::ptrdiff_t down = 0;
  };
  Steps steps() const noexcept;

 private:
  Size upright_;
  bool swap_;      ///< the buffer's rows are the picture's columns
  bool mirror_x_;  ///< of the picture
  bool mirror_y_;
};

}  // namespace rustcam::test
