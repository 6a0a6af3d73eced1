// A GIF encoder's input: palette indices.
#pragma once

#include <cstdint>
#include <optional>

#include "image/image_view.h"
#include "media/encoder_frame_pool.h"
#include "media/palette.h"
#include "media/picture_source.h"

namespace rustcam {

/// Keeps one palette as long as it serves: pictures that share it need only their differences in
/// the file. Another is made for the picture that it serves badly.
class PaletteFrames final : public PictureSource {
 public:
  explicit PaletteFrames(Size picture);

  AVFrame& show(const ConstImageView& picture, const Region& damage) override;
  std::int64_t bytes_converted() const noexcept override { return pool_.bytes_filled(); }

 private:
  bool serves(const ConstImageView& picture, const Region& damage);
  void fill(const ConstImageView& picture, AVFrame& frame, const Region& debt);

  Size picture_;
  std::optional<PaletteIndex> palette_;
  EncoderFramePool pool_;
};

}  // namespace rustcam
