// What stands for a texture in tests.
#pragma once

#include <memory>

#include "image/convert.h"
#include "image/image.h"
#include "image/picture.h"
#include "image/texture.h"

namespace rustcam::test {

/// In memory, but nobody gets to see that through Picture: only the source that made it, and the
/// test.
class FakeTexture final : public Texture {
 public:
  explicit FakeTexture(Size size) : image_(PixelFormat::bgra, size) {}
  Size size() const noexcept override { return image_.size(); }
  std::shared_ptr<TextureHome> home() const override { return home_; }
  void blend(const Pointer& pointer, Point origin) override {
    blend_pointer(pointer, origin, image_.view());
  }
  void read(const ImageView& into) const override { convert(image_.view(), into); }
  ImageView pixels() noexcept { return image_.view(); }
  ConstImageView pixels() const noexcept { return image_.view(); }

 private:
  static std::shared_ptr<TextureHome> one_home() {
    static const auto home = std::make_shared<TextureHome>();
    return home;
  }
  Image image_;
  std::shared_ptr<TextureHome> home_ = one_home();
};

/// Of a picture in memory, or of a FakeTexture.
inline ImageView pixels_of(Picture& picture) {
  Texture* const texture = picture.texture();
  return texture ? dynamic_cast<FakeTexture&>(*texture).pixels() : picture.view();
}
inline ConstImageView pixels_of(const Picture& picture) {
  const Texture* const texture = picture.texture();
  return texture ? dynamic_cast<const FakeTexture&>(*texture).pixels() : picture.view();
}

}  // namespace rustcam::test
