// The loop of recordings, with a sink that hands out what it is given instead of encoding it.
#pragma once

#include <memory>
#include <stop_token>

#include "measure/frame_calls.h"
#include "measure/options.h"

namespace rustcam {

/// Records at `options.rate` until it is destroyed or `stop`. Each call brings what one slot holds,
/// in order, all of them. Throws what record() throws.
std::unique_ptr<FrameCalls> open_record_calls(const RunOptions& options,
                                              const std::stop_token& stop);

}  // namespace rustcam
