#include "measure/record_calls.h"

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "platform/worker.h"
#include "record/session.h"

namespace rustcam {

namespace {

/// From the session's encoder thread to the thread that measures: one frame at a time, as an
/// encoder takes them.
class Handover {
 public:
  /// Waits until the frame before was taken. Throws PipeClosed once nobody takes any more.
  void give(Frame frame) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !frame_ || closed_; });
    if (closed_) throw PipeClosed("the measurement is over");
    frame_ = std::move(frame);
    changed_.notify_all();
  }
  /// nullopt at `deadline`, on a stop request, and once nothing more will come.
  std::optional<Frame> take(TimePoint deadline, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, deadline, [this] { return frame_ || ended_; });
    std::optional<Frame> taken = std::exchange(frame_, std::nullopt);
    changed_.notify_all();
    return taken;
  }
  /// Nobody takes any more.
  void close() { set(closed_); }
  /// Nothing more will come.
  void end() { set(ended_); }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

 private:
  void set(bool& flag) {
    const std::lock_guard lock(mutex_);
    flag = true;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Frame> frame_;
  bool closed_ = false;
  bool ended_ = false;
};

class HandoverSink final : public FrameSink {
 public:
  HandoverSink(Handover& handover, Size captured) : handover_(handover), captured_(captured) {}

  void write(const Frame& frame, const Region&, std::int64_t) override {
    handover_.give(frame);
    ++given_;
  }
  void finish(std::int64_t) override {}
  Kept kept() const noexcept override { return {given_, given_}; }
  std::int64_t longest_gap() const noexcept override { return 1; }
  std::int64_t bytes_written() const noexcept override { return 0; }
  void interrupt() noexcept override { handover_.close(); }
  Size encoded_size() const noexcept override { return captured_; }
  Size picture_size() const noexcept override { return captured_; }
  std::vector<OutputFile> files() const override { return {}; }
  Duration last_encode_time() const noexcept override { return {}; }
  std::int64_t bytes_converted() const noexcept override { return 0; }

 private:
  Handover& handover_;
  Size captured_;
  std::int64_t given_ = 0;
};

RecordOptions record_options(const RunOptions& run) {
  RecordOptions options;
  options.selection = run.selection;
  options.plan.fps = run.rate;
  options.plan.pixel_format = "bgra";
  options.cursor = run.pointer;
  options.timeout = run.timeout;
  return options;
}

class RecordCalls final : public FrameCalls {
 public:
  RecordCalls(const RunOptions& options, std::stop_token stop)
      : options_(record_options(options)),
        stop_(std::move(stop)),
        worker_(machine_clock(), [this] { run(); }) {}
  ~RecordCalls() override { handover_.close(); }

  CallResult next(TimePoint end) override {
    std::optional<Frame> frame = handover_.take(end, stop_);
    if (!frame) {
      if (handover_.ended()) worker_.get();
      return {};
    }
    return {true, *frame, frame->presented};
  }
  /// A recording waits for its output; what it cost is in the gaps.
  std::string loss() const override { return {}; }

 private:
  void run() {
    SessionHooks hooks;
    hooks.end_request = [this]() -> std::optional<EndedBy> {
      return handover_.closed() || stop_.stop_requested() ? std::optional(EndedBy::signal)
                                                          : std::nullopt;
    };
    const SinkFactory open = [this](const OutputPlan&, Size captured, EncoderReport&,
                                    std::vector<Warning>&, std::span<const SoundInput>) {
      return std::make_unique<HandoverSink>(handover_, captured);
    };
    std::exception_ptr failure;
    try {
      const RecordStatistics statistics = record(options_, hooks, open);
      if (statistics.error) throw CaptureError(*statistics.error);
    } catch (...) {
      failure = std::current_exception();
    }
    handover_.end();
    if (failure) std::rethrow_exception(failure);
  }

  const RecordOptions options_;
  std::stop_token stop_;
  Handover handover_;
  Worker worker_;
};

}  // namespace

std::unique_ptr<FrameCalls> open_record_calls(const RunOptions& options,
                                              const std::stop_token& stop) {
  return std::make_unique<RecordCalls>(options, stop);
}

}  // namespace rustcam
