#include "capture/capture_stream.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "base/error.h"

namespace rustcam {
namespace {

/// How long the thread sleeps at most where nothing but an update would wake it.
constexpr Duration idle_wait = std::chrono::milliseconds(200);
/// How soon it tries again where every picture of the pool was held.
constexpr Duration pool_wait = std::chrono::milliseconds(5);

}  // namespace

CaptureStream::CaptureStream(const SourceRecipe& recipe, StreamOptions options)
    : options_(options) {
  std::promise<void> opened;
  std::future<void> ready = opened.get_future();
  thread_ = std::jthread([this, recipe, promise = std::move(opened)](
                             const std::stop_token& stop) mutable { run(recipe, promise, stop); });
  ready.get();
}

CaptureStream::~CaptureStream() {
  stop();
}

void CaptureStream::stop() noexcept {
  const std::lock_guard lock(joining_);
  stopped_ = true;
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void CaptureStream::run(const SourceRecipe& recipe, std::promise<void>& opened,
                        const std::stop_token& stop) {
  std::optional<ScreenReader> reader;
  try {
    reader.emplace(recipe);
    describe(*reader);
    opened.set_value();
  } catch (...) {
    opened.set_exception(std::current_exception());
    return;
  }
  try {
    if (options_.mode == StreamMode::every_frame)
      read_every_frame(*reader, stop);
    else
      read_slots(*reader, stop);
    finish(nullptr);
  } catch (...) {
    finish(std::current_exception());
  }
}

void CaptureStream::describe(const ScreenReader& reader) {
  const std::lock_guard lock(mutex_);
  target_ = reader.source().target();
  region_ = reader.region();
  loss_ = reader.lost() ? reader.source().lost_error() : std::string();
}

void CaptureStream::take_in(ScreenReader& reader, TimePoint deadline, const std::stop_token& stop) {
  const bool was_lost = reader.lost();
  const SourceEvent event = reader.next(deadline, stop);
  if (event == SourceEvent::changed || reader.lost() != was_lost) describe(reader);
}

void CaptureStream::read_every_frame(ScreenReader& reader, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    take_in(reader, now() + (reader.frame_pending() ? pool_wait : idle_wait), stop);
    if (!reader.frame_pending()) continue;
    if (std::optional<Frame> frame = reader.compose()) publish(0, std::move(frame));
  }
}

std::optional<Frame> CaptureStream::first_frame(ScreenReader& reader, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    take_in(reader, now() + idle_wait, stop);
    if (!reader.frame_pending()) continue;
    if (std::optional<Frame> frame = reader.compose()) return frame;
  }
  return std::nullopt;
}

void CaptureStream::read_slots(ScreenReader& reader, const std::stop_token& stop) {
  std::optional<Frame> frame = first_frame(reader, stop);
  SlotClock clock(options_.rate);
  clock.presented(reader.presented());
  {
    const std::lock_guard lock(mutex_);
    t0_ = clock.start(now());
  }
  for (std::int64_t n = 0; !stop.stop_requested(); ++n) {
    publish(n, std::exchange(frame, std::nullopt));
    const TimePoint due = clock.sampling_point(n + 1);
    do {
      take_in(reader, due, stop);
      clock.presented(reader.presented());
    } while (now() < due && !stop.stop_requested());
    if (reader.frame_pending() || (repeats() && reader.pointer_pending())) frame = reader.compose();
  }
}

void CaptureStream::publish(std::int64_t slot, std::optional<Frame> frame) {
  {
    const std::lock_guard lock(mutex_);
    completed_slot_ = slot;
    if (frame || repeats()) ++published_;
    if (frame) {
      if (options_.mode == StreamMode::slots) mailbox_.post(slot, *frame);
      if (published_ != returned_ + 1) FoldDamage()(*frame, newest_);
      newest_ = std::move(*frame);
    }
  }
  changed_.notify_all();
}

void CaptureStream::finish(std::exception_ptr error) noexcept {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    error_ = std::move(error);
  }
  changed_.notify_all();
}

Frame CaptureStream::latest(Duration timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, now() + timeout, [&] { return finished_ || published_ != returned_; });
  if (published_ != returned_ && !finished_) {
    returned_ = published_;
    return newest_;
  }
  if (error_) std::rethrow_exception(error_);
  return {};
}

std::optional<CaptureStream::Slot> CaptureStream::slot(std::int64_t n, Duration timeout) {
  std::unique_lock lock(mutex_);
  const auto come = [&] { return finished_ || completed_slot_ >= n; };
  if (n > 0)
    changed_.wait(lock, come);
  else if (!changed_.wait_until(lock, now() + timeout, come))
    throw CaptureTimeout("no frame came from the output " + target_.name + " in time" +
                         (loss_.empty() ? std::string() : ": " + loss_));
  if (finished_) {
    if (error_) std::rethrow_exception(error_);
    return std::nullopt;
  }
  if (std::optional<Frame> frame = mailbox_.take(n)) current_ = std::move(*frame);
  return Slot{current_, t0_ + slot_offset(options_.rate, n)};
}

TargetInfo CaptureStream::target() const {
  const std::lock_guard lock(mutex_);
  return target_;
}

Rect CaptureStream::region() const {
  const std::lock_guard lock(mutex_);
  return region_;
}

std::string CaptureStream::loss() const {
  const std::lock_guard lock(mutex_);
  return loss_;
}

}  // namespace rustcam
