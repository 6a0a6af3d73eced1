// From a source's updates to composed pictures: crop to the region, read what is due, lay the
// pointer over it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "capture/frame_source.h"
#include "image/frame.h"
#include "image/frame_pool.h"

namespace rustcam {

struct ComposerOptions {
  std::optional<Rect>
      region{};  ///< inside the target; nullopt: the whole target, whatever its size becomes
  bool cursor = true;
  std::size_t pool_frames = 8;
};

/// What a compose() read, for statistics.
struct ComposeCost {
  std::int64_t bytes_read = 0;  ///< of screen pixels that were asked for
  std::int64_t bytes_copied =
      0;  ///< of these, those that the system did not put into the picture itself
};

/// Confined to the capture thread; the frames it makes may go anywhere. Survives reopening:
/// attach() again.
class FrameComposer {
 public:
  explicit FrameComposer(ComposerOptions options);

  /// A new or resized source: everything is dirty, and what was noted before is forgotten. `source`
  /// must outlive its use here. `shown`: since when its desktop is on the screen, until a note()
  /// says better. Throws UsageError if the region does not lie inside the target.
  void attach(FrameSource& source, TimePoint shown);
  /// The source is about to go away. compose() and poll_pointer() need another attach() first.
  void detach() noexcept;
  /// Pictures are in memory from now on, whatever sources would make; everything is dirty.
  void refuse_textures();
  /// Allocates all pictures for the present size now, so that compose() never does.
  void reserve() { pool_.reserve(); }

  /// Takes in what an acquire() brought (call while the lease is held); reads no pixels.
  void note(const DesktopUpdate& update);
  /// True if desktop pixels inside the region changed (or may have) since the last compose().
  bool desktop_pending() const noexcept { return !pending_.empty(); }
  /// True if the last note()s folded at least one desktop frame in, inside the region or not.
  bool desktop_frame_pending() const noexcept { return desktop_frame_pending_; }
  /// Asks for the pointer now; true if it looks different in the region from the one last drawn.
  /// Always false without `cursor`.
  bool poll_pointer();

  /// Reads debt and damage, blends the pointer (as polled since the last note(), else as of now),
  /// and hands out the picture. nullopt if the pool has no free picture; nothing is lost then,
  /// nor when it throws. Throws what FrameSource throws.
  std::optional<Frame> compose();
  const ComposeCost& last_cost() const noexcept { return cost_; }

  Rect region() const noexcept { return region_; }  ///< target pixels
  Size size() const noexcept { return region().size(); }

 private:
  void require_attached() const;
  void begin_pool();
  Rect on_picture(const Pointer& pointer) const noexcept;
  Pointer visible_part(const Pointer& pointer) const;
  void repay(const FramePool::Taken& taken);

  ComposerOptions options_;
  FramePool pool_;
  FrameSource* source_ = nullptr;
  Rect region_;
  Region pending_;          ///< picture coordinates, as all regions below the source
  Pointer drawn_pointer_;   ///< not drawable if it lies outside the region
  Pointer pointer_;         ///< the same
  bool in_memory_ = false;  ///< refuse_textures() was called
  bool pointer_polled_ = false;
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
