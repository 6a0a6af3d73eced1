// How long a windowing system's answers are waited for.
#pragma once

#include <chrono>
#include <stop_token>

#include "base/time.h"

namespace rustcam {

/// A system that is there may yet never answer: stopped, hung, or held by another program. Passed
/// to whatever asks one.
struct Patience {
  /// With one answer. What is late by less may only mean that the machine is busy.
  Duration limit = std::chrono::seconds(5);
  /// Once it is requested, waiting ends within about a second, in Interrupted.
  std::stop_token stop{};
};

}  // namespace rustcam
