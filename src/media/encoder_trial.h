// Tries encoders out.
#pragma once

#include <string>

#include "media/container.h"

namespace rustcam {

struct EncoderTrial {
  bool opens = false;
  bool encodes = false;  ///< a picture came out
  std::string error;     ///< why it does not open
};

/// Opens it for live use, for a black picture of `size` in the format `pixels`.
EncoderTrial try_encoder(const AVCodec& codec, AVPixelFormat pixels, Size size);

/// The first that it prefers of the formats that we make; null if it takes none.
const SampleFormat* first_taken(const AVCodec& codec);

/// An encoder that `container` takes and that has encoded a picture of `size` just now; empty if
/// there is none. `format`: the only one that may be taken; null: any.
std::string encoder_for_size(const Container& container, const SampleFormat* format, Size size);

}  // namespace rustcam
