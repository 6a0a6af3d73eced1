// A recording of pictures: a video track, and the file that it is muxed into.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "media/encoder.h"
#include "media/open_sink.h"
#include "media/video_track.h"

namespace rustcam {

/// The track of a plan for pictures of `captured` size, with an encoder from `factory`. `warnings`
/// receives padding. Throws as open_sink does.
std::unique_ptr<VideoTrack> open_video_track(const OutputPlan& plan, Size captured,
                                             EncoderReport& report, std::vector<Warning>& warnings,
                                             const EncoderFactory& factory);

/// open_sink() for containers with time stamps, with an encoder from `factory`.
std::unique_ptr<FrameSink> open_video_sink(const OutputPlan& plan, Size captured,
                                           EncoderReport& report, std::vector<Warning>& warnings,
                                           const EncoderFactory& factory,
                                           std::span<const SoundInput> sounds = {});

}  // namespace rustcam
