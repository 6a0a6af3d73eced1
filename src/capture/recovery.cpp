#include "capture/recovery.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"
#include "capture/target_request.h"

namespace rustcam {
namespace {

constexpr Duration first_pause = std::chrono::milliseconds(10);
constexpr Duration longest_pause = std::chrono::milliseconds(500);
/// The last try of all takes no longer than this, and no less if it needs it.
constexpr Duration last_try = std::chrono::milliseconds(500);

bool is_disconnect(const CaptureError& error) {
  return dynamic_cast<const DeviceError*>(&error) != nullptr;
}

}  // namespace

RecoveringSource::RecoveringSource(std::shared_ptr<CaptureSession> session,
                                   const SourceOptions& options, std::optional<Rect> region,
                                   RecoveryPolicy policy, Clock& clock)
    : clock_(clock),
      session_(std::move(session)),
      options_(options),
      region_(region),
      policy_(policy),
      source_(session_->open(options_)) {
  target_ = source_->target();
  if (region_) require_inside(*region_, target_);
}

bool RecoveringSource::fits(const TargetInfo& target) const noexcept {
  return !region_ || Rect::of(target.size()).contains(*region_);
}

void RecoveringSource::lose(std::string error, std::string native_code, bool disconnected) {
  const TimePoint at = clock_.now();
  lost_source_ = std::move(source_);
  lost_error_ = std::move(error);
  lost_at_ = at;
  disconnected_since_ = disconnected ? std::optional(at) : std::nullopt;
  // A source that is lost again before it brought anything must not be reopened in a tight loop.
  if (proven_) pause_ = {};
  next_try_ = at + pause_;
  recoveries_.push_back({at, lost_error_, std::move(native_code), Duration{}, target_.size()});
}

void RecoveringSource::report_loss(const CaptureError& error) {
  if (source_) lose(error.what(), error.native_code(), is_disconnect(error));
}

SourceEvent RecoveringSource::changed_size() {
  target_ = source_->target();
  if (!fits(target_)) {
    lose("the output " + target_.name + " became " + to_string(target_.size()) +
             ", too small for the region " + to_string(*region_),
         {}, false);
    return SourceEvent::lost;
  }
  recoveries_.push_back({clock_.now(), {}, {}, Duration{}, target_.size()});
  return SourceEvent::changed;
}

SourceEvent RecoveringSource::acquire(TimePoint deadline, const std::stop_token& stop) {
  if (gave_up_) return SourceEvent::gave_up;
  if (!source_) return wait_for_return(deadline, stop);
  try {
    switch (source_->acquire(deadline, stop)) {
      case AcquireStatus::updated:
        proven_ = true;
        return SourceEvent::updated;
      case AcquireStatus::timed_out:
        return SourceEvent::timed_out;
      case AcquireStatus::cancelled:
        return SourceEvent::cancelled;
      case AcquireStatus::resized:
        if (changed_size() == SourceEvent::changed) return SourceEvent::changed;
        break;
      case AcquireStatus::access_lost: {
        FrameSource::Loss loss = source_->last_loss();
        lose(loss.text.empty() ? "the output " + target_.name + " was lost" : std::move(loss.text),
             std::move(loss.native_code), false);
        break;
      }
    }
  } catch (const CaptureError& error) {
    lose(error.what(), error.native_code(), is_disconnect(error));
  }
  return wait_for_return(deadline, stop);
}

std::optional<TimePoint> RecoveringSource::limit() const {
  std::optional<TimePoint> end;
  if (policy_.give_up_after) end = lost_at_ + *policy_.give_up_after;
  if (disconnected_since_) {
    const TimePoint other = *disconnected_since_ + policy_.give_up_after_disconnect;
    end = end ? std::min(*end, other) : other;
  }
  return end;
}

bool RecoveringSource::try_reopen() {
  pause_ = pause_ == Duration{} ? first_pause : std::min(pause_ * 2, longest_pause);
  try {
    SourceOptions options = options_;
    if (const auto end = limit()) options.open_within = std::max(*end - clock_.now(), last_try);
    std::unique_ptr<FrameSource> source = session_->open(options);
    disconnected_since_.reset();
    // Another screen, or more of one, must never slip into a recording.
    if (source->target().identity != target_.identity || !fits(source->target())) return false;
    source_ = std::move(source);
    target_ = source_->target();
    proven_ = false;
    return true;
  } catch (const Cancelled& refusal) {
    lost_error_ = refusal.what();
    refused_ = true;
  } catch (const DeviceError&) {
    if (!disconnected_since_) disconnected_since_ = clock_.now();
  } catch (const AccessLost&) {
    disconnected_since_.reset();
  } catch (const CaptureError&) {
    // The system refuses for now (a secure desktop, a mode change): as lost as before.
  } catch (const UsageError&) {
    disconnected_since_.reset();
  }
  return false;
}

SourceEvent RecoveringSource::wait_for_return(TimePoint deadline, const std::stop_token& stop) {
  if (lost_source_) session_->salvage(*lost_source_);
  lost_source_.reset();
  while (policy_.reopen) {
    if (stop.stop_requested()) return SourceEvent::cancelled;
    const bool back = clock_.now() >= next_try_ && try_reopen();
    const TimePoint tried = clock_.now();
    recoveries_.back().took = tried - lost_at_;
    if (refused_) break;
    if (back) {
      recoveries_.back().size = target_.size();
      return SourceEvent::changed;
    }
    const std::optional<TimePoint> end = limit();
    if (end && tried >= *end) break;
    if (next_try_ <= tried) next_try_ = tried + pause_;
    if (tried >= deadline) return SourceEvent::lost;

    // The last try of all falls on the limit itself.
    if (end) next_try_ = std::min(next_try_, *end);
    if (!clock_.sleep_until(std::min(next_try_, deadline), stop)) return SourceEvent::cancelled;
  }
  gave_up_ = true;
  return SourceEvent::gave_up;
}

}  // namespace rustcam
