// An encoder's input pictures, converted only where they changed.
#pragma once

#include <vector>

#include "base/region.h"
#include "image/image_view.h"
#include "media/picture_source.h"
#include "media/sample_format.h"

namespace rustcam {

/// A few reused AVFrames, each with the debt of what changed since it was last current. One that
/// the encoder still holds is never written to.
class EncoderFrames final : public PictureSource {
 public:
  /// `encoded` may be a pixel larger than `picture` on each side: the last row and column are then
  /// repeated.
  EncoderFrames(const SampleFormat& format, Size picture, Size encoded);

  /// A frame that shows `picture` (bgra, of the size given), whose difference from the one of the
  /// last call is `damage`. Valid until the next call; only its time stamps may be changed. Throws
  /// MediaError where the encoder keeps too many.
  AVFrame& show(const ConstImageView& picture, const Region& damage) override;

 private:
  struct Entry {
    FramePtr frame;
    Region debt;
  };
  Entry& choose();
  Entry& add();
  ImageView view(AVFrame& frame) const;
  void repeat_edges(AVFrame& frame) const;

  SampleFormat format_;
  Size picture_;
  Size encoded_;
  std::vector<Entry> entries_;
  std::size_t last_ = 0;
};

/// Says on a frame or encoder context what its colours mean.
template <typename Tagged>
void tag_colours(const SampleFormat& format, Tagged& tagged) {
  if (!format.is_yuv()) {
    tagged.color_range = AVCOL_RANGE_JPEG;
    tagged.colorspace = format.pixels == PixelFormat::gray ? AVCOL_SPC_UNSPECIFIED : AVCOL_SPC_RGB;
    return;
  }
  tagged.color_range =
      format.encoding.range == ColorRange::full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  tagged.color_primaries = AVCOL_PRI_BT709;
  tagged.color_trc = AVCOL_TRC_BT709;
  tagged.colorspace = AVCOL_SPC_BT709;
}

}  // namespace rustcam
