// How long before its sampling point a slot's work has to begin.
#pragma once

#include <array>
#include <cstddef>

#include "base/time.h"

namespace rustcam {

/// Learns from how long the work of the last slots took, from the moment it was planned to begin
/// to the moment its picture was posted: late wake-ups count as much as reading.
class ReadLead {
 public:
  /// `period`: of a slot; the lead never exceeds half of it.
  explicit ReadLead(Duration period) : longest_(period / 2) {}

  void took(Duration d);
  Duration allowance() const noexcept;

 private:
  static constexpr std::size_t remembered = 32;

  Duration longest_;
  std::array<Duration, remembered> last_{};
  std::size_t count_ = 0;
  Duration high_{};  ///< nine in ten took no longer
};

}  // namespace rustcam
