// From a source's updates to composed pictures: crop to the region, read what is due, lay the
// pointer over it.
#pragma once

#include <cstdint>
#include <optional>

#include "capture/frame_source.h"
#include "image/frame.h"
#include "image/frame_pool.h"

namespace rustcam {

struct ComposerOptions {
  std::optional<Rect>
      region;  ///< inside the target; nullopt: the whole target, whatever its size becomes
  bool cursor = true;
  std::size_t pool_frames = 8;
};

/// What a compose() did, for statistics and for planning the next read.
struct ComposeCost {
  Duration read{};  ///< wall time of reading, blending included
  std::int64_t bytes_read = 0;
};

/// Confined to the capture thread; the frames it makes may go anywhere. Survives reopening:
/// attach() again.
class FrameComposer {
 public:
  explicit FrameComposer(ComposerOptions options);

  /// A new or resized source: everything is dirty. `source` must outlive its use here. Throws
  /// UsageError where the region does not lie inside the target.
  void attach(FrameSource& source);
  void detach() noexcept;

  /// Takes in what an acquire() brought (call while the lease is held); reads no pixels.
  void note(const DesktopUpdate& update);
  /// True where desktop pixels inside the region changed (or may have) since the last compose().
  bool desktop_pending() const noexcept;
  /// True where the last note()s folded at least one desktop frame in, inside the region or not.
  bool desktop_frame_pending() const noexcept;
  /// Asks for the pointer now; true where it looks different in the region from the one last drawn.
  bool poll_pointer();

  /// Reads debt and damage, blends the pointer, and hands out the picture. nullopt where the pool
  /// has no free picture; nothing is lost then. Throws what FrameSource throws.
  std::optional<Frame> compose();
  const ComposeCost& last_cost() const noexcept;

  Rect region() const noexcept;  ///< target pixels
  Size size() const noexcept { return region().size(); }

 private:
  ComposerOptions options_;
  FramePool pool_;
  FrameSource* source_ = nullptr;
  Rect region_;
  Region pending_;
  Pointer drawn_pointer_;
  Pointer pointer_;
  bool pointer_pending_ = false;
  bool desktop_frame_pending_ = false;
  bool protected_content_masked_ = false;
  bool accumulated_known_ = true;
  std::uint32_t accumulated_ = 0;
  TimePoint presented_{};
  std::uint64_t sequence_ = 0;
  std::uint64_t desktop_sequence_ = 0;
  ComposeCost cost_;
};

}  // namespace rustcam
