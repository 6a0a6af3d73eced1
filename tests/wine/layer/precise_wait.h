// Waiting for the next refresh without burning the processor that the program needs.
#pragma once

#include "base/time.h"

namespace layer {

void precise_wait_until(rustcam::TimePoint deadline);

}  // namespace layer
