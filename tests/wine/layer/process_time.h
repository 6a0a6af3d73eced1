// Processor time, for the report.
#pragma once

namespace layer {

/// What all threads of this process have taken so far, in seconds.
double process_cpu_s();

}  // namespace layer
