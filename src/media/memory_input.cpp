#include "media/memory_input.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace rustcam {

MemoryInput::MemoryInput(std::unique_ptr<PictureSource> frames, Size picture)
    : frames_(std::move(frames)), fitter_(picture) {}

AVFrame& MemoryInput::show(const std::shared_ptr<const Picture>& picture, const Region& damage) {
  const Texture* const texture = picture->texture();
  const bool there = texture == nullptr || read_back(*texture);
  const ConstImageView view = texture == nullptr ? picture->view() : as_const(read_back_.view());
  const bool everything = std::exchange(behind_, !there) || !there;
  const auto fitted = fitter_.fit(view, everything ? Region(Rect::of(view.size)) : damage);
  return frames_->show(fitted.picture, fitted.damage);
}

bool MemoryInput::read_back(const Texture& texture) {
  if (read_back_.size() != texture.size()) {
    read_back_ = Image(PixelFormat::bgra, texture.size());
    for (std::int32_t y = 0; y < texture.size().height; ++y)
      std::memset(read_back_.view().row(y), 0,
                  std::size_t{4} * static_cast<std::size_t>(texture.size().width));
  }
  try {
    texture.read(read_back_.view());
    return true;
  } catch (const CaptureError&) {
    return false;
  }
}

}  // namespace rustcam
