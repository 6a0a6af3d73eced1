// Pictures of another size.
#pragma once

#include <memory>

#include "image/image_view.h"

namespace rustcam {

/// The largest rectangle of the aspect of `picture` inside `frame`, centred; at least 1x1. Both
/// sizes have sides of 1 or more.
Rect fit_into(Size picture, Size frame) noexcept;

/// Scales bgra pictures. Keeps its tables from one call to the next as long as the sizes stay, so
/// keep one for each stream. Belongs to one thread at a time. Alpha comes out 255.
class Scaler {
 public:
  Scaler();
  ~Scaler();
  Scaler(Scaler&&) noexcept;
  Scaler& operator=(Scaler&&) noexcept;

  /// Fills the whole of `into`, whatever its aspect. Throws std::invalid_argument if a picture
  /// is empty or not bgra, MediaError if the scaler cannot be set up.
  void scale(const ConstImageView& from, const ImageView& into);
  /// Keeps the aspect: scales into fit_into() and paints the rest of `into` black.
  void fit(const ConstImageView& from, const ImageView& into);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rustcam
