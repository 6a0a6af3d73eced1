// Pictures for encoders that take their frames from memory.
#pragma once

#include <cstdint>
#include <memory>

#include "image/image.h"
#include "media/picture_fitter.h"
#include "media/picture_source.h"
#include "media/track_input.h"

namespace rustcam {

class MemoryInput final : public TrackInput {
 public:
  /// Pictures are fitted into `picture`; `frames` makes from them what the encoder takes.
  MemoryInput(std::unique_ptr<PictureSource> frames, Size picture);

  /// A texture is read back, which is slow: only those come that were on their way when somebody
  /// found out that the encoder takes none. One that its device does not give any more leaves the
  /// picture before it, or black.
  AVFrame& show(const std::shared_ptr<const Picture>& picture, const Region& damage) override;
  std::int64_t bytes_converted() const noexcept override { return frames_->bytes_converted(); }

 private:
  bool read_back(const Texture& texture);

  std::unique_ptr<PictureSource> frames_;
  PictureFitter fitter_;
  Image read_back_;
  bool behind_ = false;  ///< what was shown last is not what was asked for
};

}  // namespace rustcam
