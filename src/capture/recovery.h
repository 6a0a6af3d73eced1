// The one policy for losing a source and getting the same one back.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "capture/capture_session.h"
#include "platform/clock.h"

namespace rustcam {

struct RecoveryPolicy {
  bool reopen = true;                     ///< false: the first loss ends it (`--on-loss stop`)
  std::optional<Duration> give_up_after;  ///< `--on-loss wait=S`; nullopt: no limit
  Duration give_up_after_disconnect =
      std::chrono::seconds(10);  ///< the display connection itself has closed
};

/// One loss or change of size, as the JSON's `recoveries` tells it.
struct Recovery {
  TimePoint at{};
  std::string error;        ///< empty for a change of size without reopening
  std::string native_code;  ///< the same
  Duration took{};
  Size size;  ///< of the target afterwards
};

enum class SourceEvent {
  updated = 1,  ///< source() holds a lease: release() it
  timed_out,
  changed,  ///< source() is a new object or has a new size: attach to it again; everything is dirty
  lost,     ///< still not back at the deadline: source() is null; call again
  gave_up,  ///< for good: lost_error() says why
  cancelled,
};

/// Owns the source of one session and keeps it open. Reopens at once, then with pauses growing from
/// 10 ms to 500 ms, finding the target by its identity, never by index. A DeviceError means that
/// the display connection is gone; Cancelled, that the user does not want it back, which ends it;
/// every other failure, that the output is not there for now.
/// Confined to one thread.
class RecoveringSource {
 public:
  /// Opens the target now; throws what CaptureSession::open throws, and UsageError if the region
  /// does not lie inside the target. A region that no longer fits after a change of size counts as
  /// lost until it fits again.
  RecoveringSource(std::shared_ptr<CaptureSession> session, const SourceOptions& options,
                   std::optional<Rect> region, RecoveryPolicy policy,
                   Clock& clock = machine_clock());

  /// Waits until `deadline` at most. No lease may be held.
  SourceEvent acquire(TimePoint deadline, const std::stop_token& stop);
  /// A loss noticed elsewhere (a read that threw): source() is null from now on (a lease may still
  /// end after this), and the next acquire() reopens.
  void report_loss(const CaptureError& error);
  FrameSource* source() noexcept { return source_.get(); }
  const TargetInfo& target() const noexcept { return target_; }
  /// One entry for each loss and change of size, made when it happens; `took` and `size` of a loss
  /// still going on are those known so far.
  const std::vector<Recovery>& recoveries() const noexcept { return recoveries_; }
  /// Why the source was lost last; empty while it never was.
  const std::string& lost_error() const noexcept { return lost_error_; }

 private:
  bool fits(const TargetInfo& target) const noexcept;
  SourceEvent changed_size();
  void lose(std::string error, std::string native_code, bool disconnected);
  SourceEvent wait_for_return(TimePoint deadline, const std::stop_token& stop);
  bool try_reopen();
  std::optional<TimePoint> limit() const;

  Clock& clock_;
  std::shared_ptr<CaptureSession> session_;
  TargetInfo target_;
  SourceOptions options_;
  std::optional<Rect> region_;
  RecoveryPolicy policy_;
  std::unique_ptr<FrameSource> source_;
  std::unique_ptr<FrameSource> lost_source_;  ///< kept for leases that outlive report_loss()
  std::vector<Recovery> recoveries_;
  std::string lost_error_;
  TimePoint lost_at_{};
  TimePoint next_try_{};
  Duration pause_{};
  bool proven_ = true;    ///< an update came since the last reopening
  bool refused_ = false;  ///< the user does not want it back
  bool gave_up_ = false;
  std::optional<TimePoint> disconnected_since_;
};

}  // namespace rustcam
