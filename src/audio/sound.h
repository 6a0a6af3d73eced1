// Sound as the recording's tracks hold it.
#pragma once

#include <cstdint>

namespace rustcam {

/// Of every track: samples a second. Whatever a device makes is brought to this.
constexpr int sound_rate = 48000;
/// Left and right, interleaved.
constexpr int sound_channels = 2;

/// A count of such samples (each has a value for either channel), from slot 0 of the recording.
using SoundTime = std::int64_t;

}  // namespace rustcam
