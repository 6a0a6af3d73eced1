// What FFmpeg's muxer for Matroska does with a sound that begins before time 0: it differs from
// release to release.
#pragma once

#include <cstdint>

#include "media/container.h"
#include "media/packet_sink.h"

namespace rustcam {

struct SoundStart {
  /// The file tells how much of the sound's beginning is to be left out, and times count from what
  /// is left out.
  bool told = false;
  std::int64_t added = 0;  ///< to all times of the stream, by the muxer, in the stream's ticks
};

/// For `sound`, in `container`, which is one of Matroska's family. Throws MediaError.
SoundStart try_sound_start(const Container& container, const StreamInfo& sound);

}  // namespace rustcam
