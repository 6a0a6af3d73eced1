// Brings pictures of any size to the one size of a recording.
#pragma once

#include "base/region.h"
#include "image/image.h"
#include "image/scale.h"

namespace rustcam {

/// A picture of the right size as it is; another one scaled into it, aspect kept, on black.
class PictureFitter {
 public:
  explicit PictureFitter(Size size);

  struct Fitted {
    ConstImageView picture;  ///< valid until the next call and as long as the picture given
    Region damage;           ///< what differs from the one of the last call
  };
  Fitted fit(const ConstImageView& picture, const Region& damage);

 private:
  Size size_;
  Size last_;  ///< of the picture given last
  Image scaled_;
  Scaler scaler_;
};

}  // namespace rustcam
