// Composed pictures in the format and region that a caller asked for.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "image/frame.h"
#include "image/frame_pool.h"

namespace rustcam {

/// May be used from any thread.
class PictureServer {
 public:
  /// `frame` itself if it is what was asked for; else a converted copy with its own damage.
  /// `region` is in picture coordinates and must lie inside the picture.
  Frame serve(Frame frame, PixelFormat format, const std::optional<Rect>& region);

 private:
  std::shared_ptr<Image> picture(PixelFormat format, Size size);

  std::mutex mutex_;
  FramePool pool_{4};
};

}  // namespace rustcam
