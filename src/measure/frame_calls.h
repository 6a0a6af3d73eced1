// The ways of asking for frames, as a user of the engine asks for them.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "image/frame.h"
#include "measure/options.h"

namespace rustcam {

/// What one call brought.
struct CallResult {
  bool valid = false;  ///< a frame came
  Frame frame;         ///< empty in gpu mode, whose frames have no pixels
  TimePoint presented{};
};

/// Confined to the thread that made it.
class FrameCalls {
 public:
  virtual ~FrameCalls() = default;
  /// Waits for a frame as long as the mode's call does, but not longer than `end` or a stop
  /// request. Throws what the engine throws.
  virtual CallResult next(TimePoint end) = 0;
  /// Why the output is away just now; empty while it is there.
  virtual std::string loss() const = 0;
};

/// Throws what opening the screen throws.
std::unique_ptr<FrameCalls> open_calls(const RunOptions& options, const std::stop_token& stop);

}  // namespace rustcam
