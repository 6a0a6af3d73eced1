// Reused pictures that remember what they are behind by.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "base/region.h"
#include "image/image.h"

namespace rustcam {

/// A bounded set of pictures of one format and size. Each remembers its debt: what changed on the
/// screen since it was last current, and what was drawn over it (the pointer). Debts are supersets
/// of few rectangles. All functions belong to one thread; handles may be dropped on any thread,
/// also after the pool is gone.
class FramePool {
 public:
  /// At most `limit` pictures (1 or more) are ever allocated for one format and size.
  explicit FramePool(std::size_t limit);
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  /// Starts anew with another format and size; pictures still held stay valid and are freed with
  /// their last handle. No effect if both are the same already.
  void reset(PixelFormat format, Size size, YuvEncoding encoding = {});
  /// Starts anew in any case, with bgra pictures that `make` makes, now or later.
  using Maker = std::function<Image(Size)>;
  void reset(Size size, Maker make);

  /// Allocates all pictures of the present format and size now, so that take() never does. Costs
  /// address space only: a picture takes memory when it is first drawn into.
  void reserve();

  /// Adds `region` (clipped to the picture) to the debt of every picture, held or free.
  void damage(const Region& region);

  struct Taken {
    std::shared_ptr<Image> image;  ///< exclusively the caller's until shared further
    Region debt;  ///< to be repaid before the picture is posted; everything for a new one
  };
  /// The free picture with the smallest debt; nullopt if all are held. Its debt is cleared: who
  /// gives it back unpaid says so with add_debt(). Throws std::logic_error before the first
  /// reset().
  std::optional<Taken> take();
  /// Adds to the debt of one picture of this pool, for its next use. A picture from before the last
  /// reset() is ignored.
  void add_debt(const Image& image, const Region& region);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rustcam
