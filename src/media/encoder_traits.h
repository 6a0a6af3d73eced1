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
enum class EncoderFamily {
  x264 = 1,
  x265,
  nvenc,
  vaapi,
  vpx,
  svtav1,
  aom,
  rav1e,
  mpeg,
  raw,
  gif,
  other
};

struct EncoderTraits {
  EncoderFamily family = EncoderFamily::other;
  Size largest{16384, 16384};
  bool even_420 = false;  ///< refuses odd sides in 4:2:0
  bool hardware = false;
  Size smallest{1, 1};
  /// What it encodes in live use, about: millions of pixels a second on each processor. 0: enough
  /// not to speak of.
  int megapixels = 0;
};

EncoderTraits traits_of(const AVCodec& codec);
/// True if pictures of `size` are neither too small nor too large.
bool fits(Size size, const EncoderTraits& traits) noexcept;

/// FFmpeg names for --encoder's value, in the order to try. Throws UsageError for an unknown one.
std::vector<std::string> encoder_candidates(std::string_view requested, const Container& container);
/// Throws UsageError if FFmpeg has no such video encoder.
const AVCodec& find_encoder(const std::string& name);

}  // namespace rustcam
