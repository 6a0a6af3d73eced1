// A few reused AVFrames that remember what they are behind by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/region.h"
#include "media/ffmpeg.h"

namespace rustcam {

/// Each frame has the debt of what changed since it was last current. One that the encoder still
/// holds is never written to.
class EncoderFramePool {
 public:
  /// Gives a frame that has its format, size and tags what it keeps a picture in.
  using MakeBuffers = std::function<void(AVFrame& frame)>;

  /// Frames like `prototype` (format, size, tags), which shows a picture of `picture`'s size; in
  /// memory, unless `make` makes something else.
  EncoderFramePool(FramePtr prototype, Size picture, MakeBuffers make = {});

  /// Makes `count` frames now and takes their memory from the system, so that the first pictures of
  /// a recording need not. Throws MediaError.
  void reserve(std::size_t count);
  /// The picture changed by `damage` since the last call.
  void damage(const Region& damage);
  /// A frame that shows the current picture, after `fill` has drawn its debt if there is any.
  /// Valid until the next call; only its time stamps may be changed. Throws MediaError if the
  /// encoder keeps too many.
  AVFrame& show(const std::function<void(AVFrame& frame, const Region& debt)>& fill);
  /// Of bgra pixels in all debts that were drawn.
  std::int64_t bytes_filled() const noexcept { return bytes_filled_; }

 private:
  struct Entry {
    FramePtr frame;
    Region debt;
  };
  Entry& choose();
  Entry& add();

  FramePtr prototype_;
  Size picture_;
  MakeBuffers make_;
  std::vector<Entry> entries_;
  std::size_t last_ = 0;
  std::int64_t bytes_filled_ = 0;
};

}  // namespace rustcam
