#include "capture/update_stream.h"

#include <chrono>
#include <utility>

namespace rustcam {

namespace {

/// How long the thread sleeps at most if nothing but an update would wake it.
constexpr Duration idle_wait = std::chrono::milliseconds(200);
/// How soon it tries again if every picture of the pool was held.
constexpr Duration pool_wait = std::chrono::milliseconds(5);

}  // namespace

UpdateStream::UpdateStream(SourceRecipe recipe, Clock& clock)
    : clock_(clock), on_stop_(recipe.patience.stop, [this] { ending_.request_stop(); }) {
  recipe.patience.stop = ending_.get_token();
  worker_.emplace(clock, [this, recipe] { run(recipe); });
  std::unique_lock lock(mutex_);
  clock_.wait(lock, changed_, {}, {}, [this] { return open_ || finished_; });
  if (!open_) std::rethrow_exception(failure_);
}

UpdateStream::~UpdateStream() {
  stop();
}

void UpdateStream::stop() noexcept {
  stopped_ = true;
  ending_.request_stop();
  worker_->wait(std::nullopt);
}

void UpdateStream::run(const SourceRecipe& recipe) {
  try {
    ScreenReader reader(recipe, clock_);
    describe(reader);
    read(reader, ending_.get_token());
    finish(nullptr);
  } catch (...) {
    finish(std::current_exception());
  }
}

void UpdateStream::read(ScreenReader& reader, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool was_lost = reader.lost();
    const Duration patience = reader.frame_pending() ? pool_wait : idle_wait;
    const SourceEvent event = reader.next(clock_.now() + patience, stop);
    if (event == SourceEvent::changed || reader.lost() != was_lost) describe(reader);
    if (!reader.frame_pending()) continue;
    if (std::optional<Frame> frame = reader.compose()) publish(std::move(*frame));
  }
}

void UpdateStream::describe(const ScreenReader& reader) {
  {
    const std::lock_guard lock(mutex_);
    open_ = true;
    target_ = reader.source().target();
    region_ = reader.region();
    loss_ = reader.lost() ? reader.source().lost_error() : std::string();
  }
  changed_.notify_all();
}

void UpdateStream::publish(Frame frame) {
  {
    const std::lock_guard lock(mutex_);
    if (published_ != returned_) FoldDamage()(frame, newest_);
    newest_ = std::move(frame);
    ++published_;
  }
  changed_.notify_all();
}

void UpdateStream::finish(std::exception_ptr failure) noexcept {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    failure_ = std::move(failure);
  }
  changed_.notify_all();
}

Frame UpdateStream::latest(Duration timeout) {
  std::unique_lock lock(mutex_);
  clock_.wait(lock, changed_, clock_.now() + timeout, {},
              [this] { return finished_ || published_ != returned_; });
  if (published_ != returned_ && !finished_) {
    returned_ = published_;
    return newest_;
  }
  if (failure_) std::rethrow_exception(failure_);
  return {};
}

TargetInfo UpdateStream::target() const {
  const std::lock_guard lock(mutex_);
  return target_;
}

Rect UpdateStream::region() const {
  const std::lock_guard lock(mutex_);
  return region_;
}

std::string UpdateStream::loss() const {
  const std::lock_guard lock(mutex_);
  return loss_;
}

}  // namespace rustcam
