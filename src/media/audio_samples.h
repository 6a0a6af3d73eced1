// Sound in the shapes that encoders take.
#pragma once

#include <span>

#include "media/ffmpeg.h"

namespace rustcam {

/// The one of an encoder's formats that suits sound in floats; AV_SAMPLE_FMT_NONE if it takes none
/// that fill_samples() makes.
AVSampleFormat choose_audio_format(const AVCodec& codec);

/// Writes `sound` (interleaved floats, full scale -1 to 1, clipped beyond) into `frame`, which has
/// room for it: the frame's format, channels and number of samples say how much.
void fill_samples(std::span<const float> sound, AVFrame& frame);

}  // namespace rustcam
