#include "media/picture_fitter.h"

namespace rustcam {

PictureFitter::PictureFitter(Size size) : size_(size) {}

PictureFitter::Fitted PictureFitter::fit(const ConstImageView& picture, const Region& damage) {
  const bool same_size_as_last = picture.size == last_;
  last_ = picture.size;
  const Region everything = Rect::of(size_);
  if (picture.size == size_) {
    if (!same_size_as_last) return {picture, everything};
    Region clipped = damage;
    clipped.intersect(Rect::of(size_));
    return {picture, clipped};
  }
  if (scaled_.empty()) scaled_ = Image(PixelFormat::bgra, size_);
  if (same_size_as_last && damage.empty()) return {as_const(scaled_.view()), {}};
  scaler_.fit(picture, scaled_.view());
  return {as_const(scaled_.view()), everything};
}

}  // namespace rustcam
