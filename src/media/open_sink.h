// From a plan to a file that takes pictures.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/warning.h"
#include "media/output_plan.h"
#include "media/sink.h"

namespace rustcam {

/// What was opened, for the statistics.
struct EncoderReport {
  std::string name;  ///< FFmpeg's
  bool hardware = false;
  std::optional<std::string> preset;
  struct Tried {
    std::string name;
    std::string error;
  };
  std::vector<Tried> tried;
};

/// Opens encoder and file for pictures of `captured` size. The file is made here (exclusively,
/// unless force). Throws UsageError (encoder rejects the options), MediaError (cannot create,
/// encoder cannot open). `warnings` receives padding and the like.
std::unique_ptr<FrameSink> open_sink(const OutputPlan& plan, Size captured, EncoderReport& report,
                                     std::vector<Warning>& warnings);

}  // namespace rustcam
