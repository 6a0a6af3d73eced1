#include "record/end_watch.h"

#include <chrono>
#include <utility>

namespace rustcam {

namespace {

using namespace std::chrono_literals;

constexpr Duration hurry_patience = 1500ms;
/// A reader who takes nothing for so long after the end was requested will not do so any more.
constexpr Duration reader_patience = 5s;

}  // namespace

EndWatch::EndWatch(const Ending& ending, SlotQueue& queue, Segments& segments,
                   const std::function<bool()>& hurry, std::function<bool()> asked)
    : ending_(ending), queue_(queue), segments_(segments), hurry_(hurry), ask_(std::move(asked)) {}

void EndWatch::look(TimePoint at, TimestampsWriter* timestamps) {
  if (!hurrying_ && hurry_ && hurry_()) {
    hurrying_ = true;
    abandon_at_ = at + hurry_patience;
    queue_.abandon(*abandon_at_);
  }
  const auto reason = ending_.reason();
  asked_ = asked_ || reason == EndedBy::signal || reason == EndedBy::key || ask_();
  const std::int64_t bytes =
      segments_.bytes_written() + (timestamps != nullptr ? timestamps->bytes_written() : 0);
  if (!hurrying_ && asked_ && bytes != bytes_before_) {
    bytes_before_ = bytes;
    abandon_at_ = at + reader_patience;
  }
  if (!abandon_at_ || at < *abandon_at_) return;
  // One reader's fault is not to cost another one anything, unless there is no time.
  abandon_at_ = at + reader_patience;
  const bool held_by_timestamps = timestamps != nullptr && timestamps->waiting();
  if (timestamps != nullptr && (held_by_timestamps || hurrying_)) timestamps->interrupt();
  if (!held_by_timestamps || hurrying_) segments_.interrupt();
  if (hurrying_) segments_.hurry();
}

}  // namespace rustcam
