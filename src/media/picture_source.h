// What turns a recording's pictures into an encoder's frames.
#pragma once

#include <cstdint>

#include "base/region.h"
#include "image/image_view.h"
#include "media/ffmpeg.h"

namespace rustcam {

class PictureSource {
 public:
  virtual ~PictureSource() = default;
  /// A frame that shows `picture` (bgra), whose difference from the one of the last call is
  /// `damage`. Valid until the next call; only its time stamps may be changed. Throws MediaError.
  virtual AVFrame& show(const ConstImageView& picture, const Region& damage) = 0;
  /// Of `picture`s, so far.
  virtual std::int64_t bytes_converted() const noexcept = 0;
};

}  // namespace rustcam
