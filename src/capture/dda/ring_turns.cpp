#include "capture/dda/ring_turns.h"

namespace rustcam::dda {

RingTurns::RingTurns(std::size_t textures, GpuOrder order)
    : order_(order), handed_over_(textures, false) {}

/// In strict order there is one: a reader that goes round as we do finds each picture, in its
/// order.
std::size_t RingTurns::candidates() const noexcept {
  return order_ == GpuOrder::strict ? 1 : handed_over_.size();
}

std::size_t RingTurns::candidate(std::size_t i) const noexcept {
  return order_ == GpuOrder::strict ? next_ : i;
}

bool RingTurns::may_take_back(std::size_t texture) const noexcept {
  return order_ == GpuOrder::newest && handed_over_[texture];
}

void RingTurns::handed_over(std::size_t texture) {
  handed_over_[texture] = true;
  next_ = (texture + 1) % handed_over_.size();
}

}  // namespace rustcam::dda
