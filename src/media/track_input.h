// What turns a recording's pictures, wherever they are, into an encoder's frames.
#pragma once

#include <cstdint>
#include <memory>

#include "base/region.h"
#include "image/picture.h"
#include "media/ffmpeg.h"

namespace rustcam {

class TrackInput {
 public:
  virtual ~TrackInput() = default;
  /// A frame that shows `picture`, whose difference from the one of the last call is `damage`, in
  /// its own coordinates. Its size may change: it is fitted into the recording's, aspect kept, on
  /// black. Valid until the next call; only its time stamps may be changed. Throws MediaError.
  virtual AVFrame& show(const std::shared_ptr<const Picture>& picture, const Region& damage) = 0;
  /// Of pictures in memory, so far.
  virtual std::int64_t bytes_converted() const noexcept = 0;
};

}  // namespace rustcam
