// A composed picture of the screen on its way to a sink.
#pragma once

#include <cstdint>
#include <memory>

#include "base/region.h"
#include "base/time.h"
#include "image/image.h"

namespace rustcam {

/// A handle to a pooled picture, cheap to copy; the picture is read-only from the moment it is
/// posted and goes back to its pool with the last handle.
struct Frame {
  std::shared_ptr<const Image> image;  ///< bgra unless another format was asked for
  TimePoint presented{};               ///< when the compositor showed its desktop content
  std::uint64_t sequence = 0;          ///< counts composed pictures, from 1
  std::uint64_t desktop_sequence = 0;  ///< counts desktop contents; equal: only the pointer differs
  std::uint32_t accumulated_frames =
      0;  ///< compositor frames folded in since the last read; 0 = pointer only
  bool accumulated_known = true;  ///< false if the system does not count them (X11)
  bool protected_content_masked = false;
  /// What differs from the picture with the previous `sequence`, in picture coordinates, a
  /// superset.
  Region damage;

  explicit operator bool() const noexcept { return image != nullptr; }
  ConstImageView view() const noexcept { return image->view(); }
};

/// A picture that is never shown leaves its damage to the one that replaces it, clipped to that
/// one's size, and simplified if many have gathered.
struct FoldDamage {
  void operator()(Frame& newer, const Frame& older) const;
};

}  // namespace rustcam
