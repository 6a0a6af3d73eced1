#include "capture/dda/texture_pictures.h"

#include "d3d11/turn.h"

namespace rustcam::dda {

TexturePictures::TexturePictures(const Graphics& graphics) : gpu_(graphics.gpu()), maker_(gpu_) {}

d3d11::BgraTexture* TexturePictures::texture_of(Picture& picture) noexcept {
  return dynamic_cast<d3d11::BgraTexture*>(picture.texture());
}

bool TexturePictures::takes(const Canvas& canvas, Rotation rotation) noexcept {
  if (canvas.format() == DXGI_FORMAT_B8G8R8A8_UNORM) return true;
  // A shader would see other values than a copy takes.
  return canvas.format() == DXGI_FORMAT_B8G8R8A8_UNORM_SRGB && rotation == Rotation::none;
}

void TexturePictures::copy(const Canvas& canvas, Rotation rotation, const Region& region,
                           d3d11::BgraTexture& into, Point origin) {
  if (rotation == Rotation::none) {
    into.copy(canvas.texture(), region, origin);
    return;
  }
  if (viewed_ != &canvas.texture()) {
    view_ = gpu_->make_view(canvas.texture());
    viewed_ = &canvas.texture();
  }
  d3d11::draw_turned(*gpu_, *view_, canvas.size(), rotation, into.target(), region, origin);
}

}  // namespace rustcam::dda
