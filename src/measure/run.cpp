#include "measure/run.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/error.h"
#include "measure/fingerprint_worker.h"
#include "measure/frame_calls.h"
#include "measure/wake_watch.h"
#include "platform/process_stats.h"
#include "stimulus/barcode.h"

namespace rustcam {

namespace {

/// The counted part of a run, or the part before it, from the calls to the samples.
class Collector {
 public:
  Collector(FrameCalls& calls, FingerprintKind kind) : calls_(calls), prints_(kind) {}

  void warm_up(TimePoint end, const std::stop_token& stop) {
    while (now() < end && !stop.stop_requested()) {
      const CallResult result = calls_.next(end);
      if (result.frame) read_counter(result.frame);
    }
  }

  void count(TimePoint end, const std::stop_token& stop) {
    while (now() < end && !stop.stop_requested()) {
      const TimePoint begun = now();
      CallResult result = calls_.next(end);
      const TimePoint returned = now();
      // What the end cut short, and what came after it, is not of this run.
      if (returned >= end) return;
      ++calls_made_;
      if (result.valid) take(std::move(result), begun, returned);
    }
  }

  /// CPU time used for reading counters and taking fingerprints so far.
  Duration analysis_time() const { return counter_time_ + prints_.cpu_time(); }
  std::int64_t calls_made() const noexcept { return calls_made_; }

  std::vector<Sample> finish() {
    for (const auto& [index, print] : prints_.finish()) samples_[index].fingerprint = print;
    for (const std::size_t index : repeated_)
      samples_[index].fingerprint = samples_[index - 1].fingerprint;
    return std::move(samples_);
  }

 private:
  void take(CallResult result, TimePoint begun, TimePoint returned) {
    Sample sample{begun, returned, result.presented, {}, {}};
    if (result.frame) {
      sample.counter = read_counter(result.frame);
      const bool repeated = !samples_.empty() && result.frame.desktop_sequence == desktop_sequence_;
      desktop_sequence_ = result.frame.desktop_sequence;
      if (repeated)
        repeated_.push_back(samples_.size());
      else
        prints_.offer(std::move(result.frame), samples_.size());
    }
    samples_.push_back(sample);
  }

  std::optional<std::uint32_t> read_counter(const Frame& frame) {
    const Duration before = thread_cpu_time();
    const auto counter = read_barcode(frame.view());
    counter_time_ += thread_cpu_time() - before;
    return counter;
  }

  FrameCalls& calls_;
  FingerprintWorker prints_;
  Duration counter_time_{};
  std::int64_t calls_made_ = 0;
  std::vector<Sample> samples_;
  std::uint64_t desktop_sequence_ = 0;  ///< of the last sample
  /// Samples with the desktop of the one before. A pointer that moved over it makes another
  /// picture, but no new frame.
  std::vector<std::size_t> repeated_;
};

struct CpuTimes {
  TimePoint at = now();
  Duration process = process_cpu_time();
  Duration analysis;
  explicit CpuTimes(const Collector& collector) : analysis(collector.analysis_time()) {}
};

double percent_of(Duration part, Duration whole) {
  return whole > Duration{} ? 100 * to_s(part) / to_s(whole) : 0;
}

}  // namespace

std::optional<RunResult> measure_run(const RunOptions& options, const std::stop_token& stop) {
  std::unique_ptr<FrameCalls> calls;
  try {
    calls = open_calls(options, stop);
  } catch (const Interrupted&) {
    return std::nullopt;
  }
  Collector collector(*calls, options.fingerprint);
  collector.warm_up(now() + options.warmup, stop);

  WakeWatch watch;
  const CpuTimes before(collector);
  collector.count(before.at + options.duration, stop);
  const CpuTimes after(collector);

  RunResult result;
  result.late_wake_pct = 100 * watch.late_share();
  if (stop.stop_requested()) return std::nullopt;
  result.mode = options.mode;
  result.pointer = options.pointer;
  result.duration = options.duration;
  result.loss = calls->loss();
  result.call_fps = static_cast<double>(collector.calls_made()) / to_s(options.duration);
  const Duration wall = after.at - before.at;
  const Duration analysis = after.analysis - before.analysis;
  result.analysis_pct = percent_of(analysis, wall);
  result.cpu_pct =
      percent_of(std::max(after.process - before.process - analysis, Duration{}), wall);
  result.tally = tally(collector.finish(), options.duration);
  return result;
}

}  // namespace rustcam
