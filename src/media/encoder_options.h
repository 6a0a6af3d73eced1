// The command line's options in the words of each encoder.
#pragma once

#include <optional>
#include <string>

#include "media/encoder_traits.h"
#include "media/output_plan.h"

namespace rustcam {

/// Checks the ranges of preset, crf, bitrate and gop, and that each means something to `codec`.
/// Throws UsageError.
void check_encoder_options(const OutputRequest& request, const AVCodec& codec);

/// The preset in use, in x264's terms; nullopt if the encoder has none, or chooses by itself.
std::optional<std::string> effective_preset(const OutputRequest& request, const AVCodec& codec);

/// Sets `context` up for live use and for the request, but for --encoder-option. `max_delay` is how
/// many frames may wait inside the encoder; nullopt: any number.
void apply_encoder_options(const OutputRequest& request, const AVCodec& codec,
                           std::optional<int> max_delay, AVCodecContext& context);

/// Sets --encoder-option. Throws UsageError for a name or value that the encoder does not know.
void apply_user_options(const OutputRequest& request, const AVCodec& codec,
                        AVCodecContext& context);

}  // namespace rustcam
