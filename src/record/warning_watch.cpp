#include "record/warning_watch.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace rustcam {

namespace {

using namespace std::chrono_literals;

/// With `--on-full wait`: so far behind, a recording is told to be too fast. At its end, a tenth of
/// its length is enough.
constexpr Duration held_back_long = 2s;
constexpr Duration held_back_short = 500ms;

}  // namespace

void WarningWatch::add(Warning warning) {
  if (tell_) tell_(warning);
  all_.push_back(std::move(warning));
}

void WarningWatch::look(const EncodeLoop& encode, TimePoint at) {
  const Progress progress = encode.progress();
  if (auto low = disk_.look(at, progress.bytes, from_s(progress.time_s))) add(*std::move(low));
  if (!overload_told_ && encode.overloaded()) {
    overload_told_ = true;
    add(encoder_slow_warning(encoder_));
  }
  look_for_delay(encode, held_back_long);
  if (!sync_failure_told_)
    if (const auto why = segments_.sync_failure()) {
      sync_failure_told_ = true;
      add(sync_failed_warning(*why));
    }
}

void WarningWatch::look_at_end(const EncodeLoop& encode) {
  const Duration tenth = from_s(encode.progress().time_s) / 10;
  look_for_delay(encode, std::clamp(tenth, held_back_short, held_back_long));
}

/// Slots that wait for a slow reader are few and far between, and yet 1/fps apart in what it gets.
void WarningWatch::look_for_delay(const EncodeLoop& encode, Duration allowed) {
  if (held_back_told_ || options_.on_full != OnFull::wait || encode.behind() <= allowed) return;
  const Progress progress = encode.progress();
  if (progress.fps <= 0) return;
  held_back_told_ = true;
  add(held_back_warning(options_.plan.fps.value(), progress.fps));
}

/// Nothing is smaller than a file with one picture.
void WarningWatch::look_at_size() {
  const std::int64_t bytes = segments_.bytes_written();
  if (options_.max_bytes && bytes > *options_.max_bytes)
    add(max_size_exceeded_warning(bytes, *options_.max_bytes));
}

}  // namespace rustcam
