// Pictures through an encoder into a container.
#pragma once

#include <memory>
#include <vector>

#include "media/encoder.h"
#include "media/output_plan.h"
#include "media/sink.h"

namespace rustcam {

/// open_sink() for containers with time stamps, with an encoder from `factory`.
std::unique_ptr<FrameSink> open_video_sink(const OutputPlan& plan, Size captured,
                                           EncoderReport& report, std::vector<Warning>& warnings,
                                           const EncoderFactory& factory);

}  // namespace rustcam
