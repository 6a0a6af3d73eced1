#include "capture/picture_server.h"

#include <memory>
#include <utility>

#include "image/convert.h"

namespace rustcam {

/// A caller who keeps more pictures than the pool has gets new ones.
std::shared_ptr<Picture> PictureServer::picture(PixelFormat format, Size size) {
  const std::lock_guard lock(mutex_);
  pool_.reset(format, size);
  if (std::optional<FramePool::Taken> taken = pool_.take()) return std::move(taken->picture);
  return std::make_shared<Picture>(Image(format, size));
}

Frame PictureServer::serve(Frame frame, PixelFormat format, const std::optional<Rect>& region) {
  const Rect whole = Rect::of(frame.size());
  const Rect part = region.value_or(whole);
  if (format == frame.view().format && part == whole) return frame;

  const std::shared_ptr<Picture> copy = picture(format, part.size());
  convert(crop(frame.view(), part), copy->view());
  frame.picture = copy;
  frame.damage.intersect(part);
  frame.damage.translate(-part.left, -part.top);
  return frame;
}

}  // namespace rustcam
