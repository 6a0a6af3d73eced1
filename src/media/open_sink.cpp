#include "media/open_sink.h"

#include <memory>
#include <span>
#include <vector>

#include "media/container.h"
#include "media/raw_sink.h"
#include "media/video_sink.h"

namespace rustcam {

std::unique_ptr<FrameSink> open_sink(const OutputPlan& plan, Size captured, EncoderReport& report,
                                     std::vector<Warning>& warnings,
                                     std::span<const SoundInput> sounds) {
  if (!plan.container->has_times()) return open_raw_sink(plan, captured, report);
  return open_video_sink(plan, captured, report, warnings, open_encoder, sounds);
}

}  // namespace rustcam
