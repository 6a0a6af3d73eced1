#include "pacing/listening.h"

namespace rustcam {

namespace {
constexpr std::int64_t full_slots = 30;    ///< listened to before deciding
constexpr std::int64_t brief_slots = 450;  ///< before listening fully again
constexpr std::int64_t check_slots = 30;   ///< of brief listening, before it is judged
}  // namespace

std::optional<Duration> Listening::window(std::optional<Duration> screen_period) const {
  if (!brief_) return std::nullopt;
  // A little less than the period, so that the present before is over when we begin.
  return screen_period ? *screen_period * 19 / 20 : Duration::zero();
}

void Listening::begin(bool brief) {
  brief_ = brief;
  slots_ = 0;
  updates_ = 0;
}

void Listening::slot_done(std::int64_t updates) {
  ++slots_;
  updates_ += updates;
  if (!brief_) {
    if (slots_ == full_slots) begin(updates_ * 2 > slots_ * 3);
    return;
  }
  // The presents are not where they were expected: find them again. (With no known period nothing
  // is listened for, and nothing missed by waiting.)
  const bool lost = slots_ % check_slots == 0 && updates_ > 0 && updates_ * 2 < slots_;
  if (lost || slots_ == brief_slots) begin(false);
}

}  // namespace rustcam
