#include "image/picture.h"

#include <stdexcept>
#include <variant>

namespace rustcam {
namespace {

/// Of a variant's Image.
template <typename Kept>
auto view_of(Kept& kept) {
  auto* const image = std::get_if<Image>(&kept);
  if (!image) throw std::logic_error("a texture has no memory to look at");
  return image->view();
}

}  // namespace

Size Picture::size() const noexcept {
  const Texture* const on_gpu = texture();
  return on_gpu ? on_gpu->size() : std::get<Image>(kept_).size();
}

Texture* Picture::texture() noexcept {
  auto* const texture = std::get_if<std::unique_ptr<Texture>>(&kept_);
  return texture ? texture->get() : nullptr;
}

const Texture* Picture::texture() const noexcept {
  const auto* const texture = std::get_if<std::unique_ptr<Texture>>(&kept_);
  return texture ? texture->get() : nullptr;
}

ImageView Picture::view() {
  return view_of(kept_);
}

ConstImageView Picture::view() const {
  return view_of(kept_);
}

void Picture::blend(const Pointer& pointer, Point origin) {
  if (Texture* const on_gpu = texture())
    on_gpu->blend(pointer, origin);
  else
    blend_pointer(pointer, origin, view());
}

}  // namespace rustcam
