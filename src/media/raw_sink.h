// Pictures as plain samples: raw video and y4m.
#pragma once

#include <memory>

#include "media/open_sink.h"

namespace rustcam {

/// open_sink() for containers without time stamps.
std::unique_ptr<FrameSink> open_raw_sink(const OutputPlan& plan, Size captured,
                                         EncoderReport& report);

}  // namespace rustcam
