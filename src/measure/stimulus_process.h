// The stimulus of a measurement: `rustcam-cli stimulus`, as a process of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/rational.h"
#include "capture/selection.h"
#include "platform/child_process.h"

namespace rustcam {

/// Shown on the output of `selection` while it lives. Confined to one thread.
class StimulusProcess {
 public:
  /// Throws Error if it cannot be started.
  StimulusProcess(const Selection& selection, const std::string& scene, Rational rate);

  /// Waits until the screen shows its counter going up. False if that does not happen within
  /// `patience` or before a stop request. Throws Error if it has ended.
  bool wait_until_seen(Duration patience, const std::stop_token& stop);
  /// Throws Error if it has ended.
  void check();
  /// Ends it; what it told about the rate it reached. nullopt if it told nothing.
  std::optional<double> stop();

 private:
  Selection selection_;
  ChildProcess process_;
};

/// The rate in the document that `rustcam-cli stimulus --json` ends with; nullopt if there is
/// none.
std::optional<double> presented_fps(const std::string& document);

}  // namespace rustcam
