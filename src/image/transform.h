// How a buffer's pixels lie compared with the upright picture.
#pragma once

#include <cstdint>
#include <optional>

#include "base/geometry.h"

namespace rustcam {

/// wl_output.transform, 0 to 7: quarter turns, and for 4 and more a mirror image of them.
/// `y_invert` (of wlr-screencopy): the buffer's lowest row comes first.
struct Transform {
  std::uint32_t turn = 0;
  bool y_invert = false;

  /// nullopt if the number means nothing.
  static std::optional<Transform> of(std::int64_t number) noexcept;

  /// The sides are swapped.
  bool transposes() const noexcept { return (turn & 1u) != 0; }
  /// Of the upright picture's columns and rows: which go backwards in the buffer.
  bool mirrors_x() const noexcept;
  bool mirrors_y() const noexcept;

  Size upright(Size buffer) const noexcept {
    return transposes() ? Size{buffer.height, buffer.width} : buffer;
  }
  /// Where `r` of a buffer of this size lies upright; both must be inside.
  Rect upright(const Rect& r, Size buffer) const noexcept;
  /// And back.
  Rect in_buffer(const Rect& upright_rect, Size buffer) const noexcept;
  /// The part of it that a mirror image leaves.
  Rotation rotation() const noexcept;

  friend bool operator==(const Transform&, const Transform&) = default;
};

}  // namespace rustcam
