#include "record/source_watch.h"

#include <chrono>
#include <utility>

namespace rustcam {

namespace {

using namespace std::chrono_literals;

/// A screen that comes back sooner, as after a change of mode, is not spoken of.
constexpr Duration away_for_long = 1s;
/// A call that is so late is a loss. Back ends that can tell (X11) do so themselves, sooner.
constexpr Duration hang_is_loss = 10s;

}  // namespace

void SourceWatch::look(const SlotCapture& capture, TimePoint at) {
  const Duration overdue = capture.overdue();
  look_for_hang(overdue);
  std::string loss = capture.loss();
  if (loss.empty() && overdue > away_for_long) loss = "the system does not answer";
  if (loss.empty()) {
    away_since_.reset();
    if (std::exchange(told_, false) && tell_) tell_({});
    return;
  }
  if (!away_since_) away_since_ = at;
  if (told_ || at - *away_since_ < away_for_long || ending_.reason()) return;
  told_ = true;
  if (tell_) tell_(loss);
}

void SourceWatch::look_for_hang(Duration overdue) {
  if (overdue <= hang_is_loss || ending_.reason()) return;
  if (!options_.reopen_on_loss)
    ending_.request(EndedBy::source);
  else if (options_.give_up_after && overdue > hang_is_loss + *options_.give_up_after)
    ending_.request(EndedBy::source_lost,
                    "the system has not answered for " +
                        std::to_string(std::chrono::floor<std::chrono::seconds>(overdue).count()) +
                        " s");
}

}  // namespace rustcam
