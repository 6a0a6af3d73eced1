// Textures for encoders that take their frames from the GPU.
#pragma once

#include <memory>

#include "image/texture.h"
#include "media/output_plan.h"
#include "media/track_input.h"

namespace rustcam {

class TextureInput : public TrackInput {
 public:
  /// Says on an encoder's context that is not open yet what its frames are, and their colours.
  virtual void describe(AVCodecContext& context) const = 0;
};

/// True if the encoder that `plan` tries first may take textures here.
bool takes_textures(const OutputPlan& plan);

/// For pictures of `home`, of `captured` size at first, fitted into `picture`, for an encoder of
/// `encoded` size (at most a pixel larger on each side). Other pictures are brought there, which is
/// slow. Throws MediaError, whose text says why it cannot be.
std::unique_ptr<TextureInput> open_texture_input(const std::shared_ptr<TextureHome>& home,
                                                 Size captured, Size picture, Size encoded);

}  // namespace rustcam
