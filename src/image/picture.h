// A picture of the screen: in memory, or a texture on a GPU.
#pragma once

#include <memory>
#include <utility>
#include <variant>

#include "image/image.h"
#include "image/texture.h"

namespace rustcam {

/// Can be moved, not copied; a moved one is empty.
class Picture {
 public:
  Picture() = default;
  /*implicit*/ Picture(Image image) noexcept : kept_(std::move(image)) {}
  /// `texture` is not null.
  /*implicit*/ Picture(std::unique_ptr<Texture> texture) noexcept : kept_(std::move(texture)) {}

  Size size() const noexcept;
  /// Null if it is in memory.
  Texture* texture() noexcept;
  const Texture* texture() const noexcept;
  /// Its memory. Throws std::logic_error if it is a texture: nobody gets one unless he asked for
  /// textures (SourceOptions).
  ImageView view();
  ConstImageView view() const;

  /// Lays the pointer over a bgra picture whose corner is at `origin` on the target. Throws what
  /// blend_pointer() and Texture::blend() throw.
  void blend(const Pointer& pointer, Point origin);

 private:
  std::variant<Image, std::unique_ptr<Texture>> kept_;
};

}  // namespace rustcam
