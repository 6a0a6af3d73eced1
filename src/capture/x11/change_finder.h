// What has changed on a screen of which nobody tells.
#pragma once

#include "base/region.h"
#include "base/time.h"
#include "capture/x11/image_reader.h"
#include "image/image.h"

namespace rustcam::x11 {

/// Keeps a picture of the target, and holds the next one against it: for servers without Damage,
/// and for screens whose colours can change without anything being drawn. What changed after the
/// picture that was kept is found the next time, so nothing is lost, but a look costs a read of the
/// whole target.
class ChangeFinder {
 public:
  /// `reader` and `layout` must outlive it; the layout's colormap is followed.
  ChangeFinder(const Connection& connection, ImageReader& reader, PixelLayout& layout) noexcept
      : connection_(&connection), reader_(&reader), layout_(&layout) {}

  /// When to look, for one who waits: as often as most screens show a picture.
  TimePoint next_look() const noexcept;
  /// For one who polls, right before a read: sooner.
  TimePoint next_poll() const noexcept;

  /// Reads the target, which is at `desktop` on the root window; adds to pending() what differs
  /// from the last picture, or all of it if there is none of that size. Throws as ImageReader does.
  void look(const Rect& desktop);

  const Region& pending() const noexcept { return pending_; }  ///< target pixels
  TimePoint looked() const noexcept { return looked_; }        ///< began to, the last time
  void clear_pending() { pending_.clear(); }

 private:
  void compare();

  const Connection* connection_;
  ImageReader* reader_;
  PixelLayout* layout_;
  Image last_;
  Image next_;
  Region pending_;
  TimePoint looked_{};
  TimePoint done_{};
};

}  // namespace rustcam::x11
