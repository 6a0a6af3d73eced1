#include "measure/frame_calls.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "platform/precise_timer.h"

namespace rustcam {

namespace {

/// How soon a stop request is noticed by calls that know nothing of it.
constexpr Duration patience = std::chrono::milliseconds(100);

/// Calls with a time limit of their own. `Ask`: Duration -> CallResult.
template <typename Ask>
class TimedCalls final : public FrameCalls {
 public:
  TimedCalls(Duration timeout, std::stop_token stop, Ask ask)
      : timeout_(timeout), stop_(std::move(stop)), ask_(std::move(ask)) {}

  CallResult next(TimePoint end) override {
    const TimePoint deadline = std::min(end, now() + timeout_);
    CallResult result;
    do {
      const Duration left = std::max(deadline - now(), Duration{});
      result = ask_(std::min(left, patience));
    } while (!result.valid && now() < deadline && !stop_.stop_requested());
    return result;
  }

 private:
  Duration timeout_;
  std::stop_token stop_;
  Ask ask_;
};

template <typename Ask>
std::unique_ptr<FrameCalls> timed(const RunOptions& options, const std::stop_token& stop, Ask ask) {
  return std::make_unique<TimedCalls<Ask>>(options.timeout, stop, std::move(ask));
}

CallResult of(Frame frame) {
  CallResult result;
  result.valid = static_cast<bool>(frame);
  result.presented = frame.presented;
  result.frame = std::move(frame);
  return result;
}

/// Slots come when their time has come; only stop() on the Capturer ends that sooner.
class SlotCalls final : public FrameCalls {
 public:
  SlotCalls(Capturer& capturer, const RunOptions& options, const std::stop_token& stop)
      : sequence_(capturer.frames({.fps = options.rate, .timeout = options.timeout})),
        period_(slot_offset(options.rate, 1)),
        stop_(stop),
        end_on_stop_(stop, [&capturer] { capturer.stop(); }) {}

  CallResult next(TimePoint end) override {
    if (at_ && *at_ == sequence_.end()) return {};
    if (at_ && last_slot_ + period_ > end) {
      timer_.sleep_until(end, stop_);
      return {};
    }
    if (at_)
      ++*at_;
    else
      at_ = sequence_.begin();
    if (*at_ == sequence_.end()) return {};
    last_slot_ = (**at_).slot_time;
    return of((**at_).frame);
  }

 private:
  FrameSequence sequence_;
  Duration period_;
  std::stop_token stop_;
  std::optional<FrameSequence::Iterator> at_;
  TimePoint last_slot_{};
  PreciseTimer timer_;
  std::stop_callback<std::function<void()>> end_on_stop_;
};

}  // namespace

std::unique_ptr<FrameCalls> open_calls(Capturer& capturer, const RunOptions& options,
                                       const std::stop_token& stop) {
  switch (options.mode) {
    case BenchMode::latest:
      capturer.start();
      return timed(options, stop, [&capturer](Duration t) { return of(capturer.latest(t)); });
    case BenchMode::frames:
      return std::make_unique<SlotCalls>(capturer, options, stop);
    case BenchMode::gpu:
      return timed(options, stop, [&capturer](Duration t) {
        const std::optional<GpuFrame> frame = capturer.grab_gpu(t);
        return frame ? CallResult{true, {}, frame->presented} : CallResult{};
      });
    case BenchMode::grab:
      break;
  }
  return timed(options, stop, [&capturer](Duration t) {
    std::optional<Frame> frame = capturer.grab({.timeout = t});
    return frame ? of(std::move(*frame)) : CallResult{};
  });
}

}  // namespace rustcam
