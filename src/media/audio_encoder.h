// The encoders of sound: which is meant, whether it can do what is asked, and opening it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "media/container.h"
#include "media/ffmpeg.h"
#include "media/output_plan.h"

namespace rustcam {

/// FFmpeg's name of the encoder for `request.audio_codec`, or of the container's usual one. Opens
/// it to see that it can do what is asked. Throws UsageError: a container that holds no sound, an
/// unknown encoder, what could not be read back, a bit rate that the encoder refuses.
std::string plan_audio_encoder(const OutputRequest& request, const Container& container);

/// Opens the encoder of `plan` for the sound of a track. Throws MediaError.
CodecContextPtr open_audio_encoder(const OutputPlan& plan);

/// Bits a second that an encoder was given; nullopt if it takes what the sound needs.
std::optional<std::int64_t> audio_bitrate(const AVCodecContext& encoder);

}  // namespace rustcam
