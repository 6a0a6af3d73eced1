#include "measure/frame_calls.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "capture/capturer.h"
#include "measure/record_calls.h"
#include "platform/precise_timer.h"

namespace rustcam {

namespace {

/// How soon a stop request is noticed by calls that know nothing of it.
constexpr Duration patience = std::chrono::milliseconds(100);

/// Calls with a time limit of their own. `Ask`: (Capturer&, Duration) -> CallResult.
template <typename Ask>
class TimedCalls final : public FrameCalls {
 public:
  TimedCalls(std::unique_ptr<Capturer> capturer, Duration timeout, std::stop_token stop, Ask ask)
      : capturer_(std::move(capturer)), timeout_(timeout), stop_(std::move(stop)), ask_(ask) {}

  CallResult next(TimePoint end) override {
    const TimePoint deadline = std::min(end, now() + timeout_);
    CallResult result;
    do {
      const Duration left = std::max(deadline - now(), Duration{});
      result = ask_(*capturer_, std::min(left, patience));
    } while (!result.valid && now() < deadline && !stop_.stop_requested());
    return result;
  }
  std::string loss() const override { return capturer_->loss(); }

 private:
  std::unique_ptr<Capturer> capturer_;
  Duration timeout_;
  std::stop_token stop_;
  Ask ask_;
};

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
  SlotCalls(std::unique_ptr<Capturer> capturer, const RunOptions& options,
            const std::stop_token& stop)
      : capturer_(std::move(capturer)),
        sequence_(capturer_->frames({.fps = options.rate, .timeout = options.timeout})),
        period_(slot_offset(options.rate, 1)),
        stop_(stop),
        end_on_stop_(stop, [this] { capturer_->stop(); }) {}

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

  std::string loss() const override { return capturer_->loss(); }

 private:
  std::unique_ptr<Capturer> capturer_;
  FrameSequence sequence_;
  Duration period_;
  std::stop_token stop_;
  std::optional<FrameSequence::Iterator> at_;
  TimePoint last_slot_{};
  PreciseTimer timer_;
  std::stop_callback<std::function<void()>> end_on_stop_;
};

}  // namespace

std::unique_ptr<FrameCalls> open_calls(const RunOptions& options, const std::stop_token& stop) {
  if (options.mode == BenchMode::record) return open_record_calls(options, stop);
  auto capturer = std::make_unique<Capturer>(options.selection, options.pointer);
  const auto timed = [&](auto ask) -> std::unique_ptr<FrameCalls> {
    return std::make_unique<TimedCalls<decltype(ask)>>(std::move(capturer), options.timeout, stop,
                                                       ask);
  };
  switch (options.mode) {
    case BenchMode::latest:
      capturer->start();
      return timed([](Capturer& c, Duration t) { return of(c.latest(t)); });
    case BenchMode::frames:
      return std::make_unique<SlotCalls>(std::move(capturer), options, stop);
    case BenchMode::gpu:
      return timed([](Capturer& c, Duration t) {
        const std::optional<GpuFrame> frame = c.grab_gpu(t);
        return frame ? CallResult{true, {}, frame->presented} : CallResult{};
      });
    case BenchMode::record:
    case BenchMode::grab:
      break;
  }
  return timed([](Capturer& c, Duration t) {
    std::optional<Frame> frame = c.grab({.timeout = t});
    return frame ? of(std::move(*frame)) : CallResult{};
  });
}

}  // namespace rustcam
