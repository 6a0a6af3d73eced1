// Fingerprints taken beside the measurement, on a thread of their own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/time.h"
#include "image/fingerprint.h"
#include "image/frame.h"

namespace rustcam {

/// A full md5 of a large picture takes longer than a frame lasts. Frames that it cannot keep up
/// with are left out, in such a way that runs of consecutive frames are taken: whether neighbours
/// differ is what counts.
class FingerprintWorker {
 public:
  explicit FingerprintWorker(FingerprintKind kind);
  ~FingerprintWorker();
  FingerprintWorker(const FingerprintWorker&) = delete;
  FingerprintWorker& operator=(const FingerprintWorker&) = delete;

  /// Takes `frame` in, unless too many are waiting already. Never blocks on the work.
  void offer(Frame frame, std::size_t index);
  /// Waits for what was taken in and returns it all, by index.
  std::vector<std::pair<std::size_t, Fingerprint>> finish();
  /// CPU time used so far.
  Duration cpu_time() const noexcept { return Duration(cpu_ns_.load()); }

 private:
  void run();

  FingerprintKind kind_;
  std::atomic<std::int64_t> cpu_ns_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::size_t, Frame>> waiting_;
  bool full_ = false;  ///< until all that waits is done
  bool finished_ = false;
  std::vector<std::pair<std::size_t, Fingerprint>> done_;
  std::jthread thread_;
};

}  // namespace rustcam
