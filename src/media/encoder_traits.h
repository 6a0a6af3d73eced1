// What we know about FFmpeg's encoders beyond what it says itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/geometry.h"
#include "media/container.h"
#include "media/ffmpeg.h"
#include "media/sample_format.h"

namespace rustcam {

/// Encoders that take the same options.
enum class EncoderFamily { x264 = 1, x265, nvenc, vpx, svtav1, raw, gif, other };

struct EncoderTraits {
  EncoderFamily family = EncoderFamily::other;
  Size largest{16384, 16384};
  bool even_420 = false;  ///< refuses odd sides in 4:2:0
  bool hardware = false;
};

EncoderTraits traits_of(const AVCodec& codec);

/// FFmpeg names for --encoder's value, in the order to try. Throws UsageError for an unknown one.
std::vector<std::string> encoder_candidates(std::string_view requested, const Container& container);
/// Throws UsageError if FFmpeg has no such video encoder.
const AVCodec& find_encoder(const std::string& name);
/// An encoder that `container` takes and that a picture of `size` fits; empty if there is none.
std::string larger_encoder(const Container& container, const SampleFormat& format, Size size);

}  // namespace rustcam
