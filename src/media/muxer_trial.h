// Asks a muxer about a stream before there is a file.
#pragma once

#include <string>

#include "media/container.h"

namespace rustcam {

/// What a container's muxer says of a stream of `codec`.
struct MuxerAnswer {
  bool takes = false;
  std::string reason;  ///< FFmpeg's, if it gives one
};

MuxerAnswer ask_muxer(const Container& container, AVCodecID codec);

}  // namespace rustcam
