// A video encoder's input: YUV, converted only where the picture changed.
#pragma once

#include <cstdint>

#include "image/image_view.h"
#include "media/encoder_frame_pool.h"
#include "media/picture_source.h"
#include "media/sample_format.h"

namespace rustcam {

class EncoderFrames final : public PictureSource {
 public:
  /// `encoded` may be a pixel larger than `picture` on each side: the last row and column are then
  /// repeated.
  EncoderFrames(const SampleFormat& format, Size picture, Size encoded);

  AVFrame& show(const ConstImageView& picture, const Region& damage) override;
  std::int64_t bytes_converted() const noexcept override { return pool_.bytes_filled(); }

 private:
  ImageView view(AVFrame& frame) const;
  void repeat_edges(AVFrame& frame) const;

  SampleFormat format_;
  Size picture_;
  Size encoded_;
  EncoderFramePool pool_;
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
