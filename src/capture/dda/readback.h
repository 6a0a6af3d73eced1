// From mapped rows in native orientation to upright BGRA.
#pragma once

#include <memory>

#include "capture/dda/staging.h"
#include "capture/dda/tone_map.h"
#include "image/image.h"

namespace rustcam::dda {

class Readback {
 public:
  /// `sdr_white_nits`: see ToneMap.
  explicit Readback(double sdr_white_nits) : sdr_white_nits_(sdr_white_nits) {}

  /// Writes what was read upright into the same places of `into` (bgra), whose corner is at
  /// `origin` of the upright desktop. Alpha comes out 255.
  void copy(const Staging::Read& read, Rotation rotation, const ImageView& into, Point origin);

 private:
  void copy_rect(const Staging::Read& read, const Rect& native, const ImageView& into);

  double sdr_white_nits_;
  std::unique_ptr<ToneMap> tone_map_;  ///< made with the first HDR picture
  Image turned_;                       ///< reused for rotated outputs
};

/// True if nothing of what was read is brighter than black.
bool is_black(const Staging::Read& read);

}  // namespace rustcam::dda
