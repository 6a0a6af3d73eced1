#include "measure/fingerprint_worker.h"

#include <cstddef>

#include "platform/process_stats.h"
#include "platform/start_thread.h"

namespace rustcam {

namespace {
/// Well under what a Capturer's pool has, so that it never runs out of pictures by us.
constexpr std::size_t most_waiting = 4;
}  // namespace

FingerprintWorker::FingerprintWorker(FingerprintKind kind)
    : kind_(kind), thread_(start_thread([this] { run(); })) {}

FingerprintWorker::~FingerprintWorker() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  finished_ = true;
  changed_.notify_all();
}

void FingerprintWorker::offer(Frame frame, std::size_t index) {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) full_ = false;
  if (full_) return;
  waiting_.emplace_back(index, std::move(frame));
  full_ = waiting_.size() == most_waiting;
  changed_.notify_all();
}

std::vector<std::pair<std::size_t, Fingerprint>> FingerprintWorker::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  return std::move(done_);
}

void FingerprintWorker::run() {
  for (;;) {
    std::pair<std::size_t, Frame> next;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return finished_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      // It counts as waiting until it is done: `full_` bounds the pictures that are held.
      next = waiting_.front();
    }
    const Fingerprint print = fingerprint(next.second.view(), kind_);
    next.second = {};
    const std::lock_guard lock(mutex_);
    done_.emplace_back(next.first, print);
    if (!waiting_.empty()) waiting_.pop_front();
    cpu_ns_ = thread_cpu_time().count();
  }
}

}  // namespace rustcam
