// Brings a file to the disk without holding its writer up.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "platform/file.h"

namespace rustcam {

/// A thread that syncs `file` whenever asked; requests that meet a sync under way share the next.
/// The file must outlive it, and may be written meanwhile.
class BackgroundSync {
 public:
  explicit BackgroundSync(File& file);
  ~BackgroundSync();
  BackgroundSync(const BackgroundSync&) = delete;
  BackgroundSync& operator=(const BackgroundSync&) = delete;

  /// Returns at once.
  void request();
  /// Waits for what was requested, then throws what the first failed sync threw.
  void wait();

 private:
  void run(std::stop_token stop);

  File& file_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool requested_ = false;
  bool busy_ = false;
  std::exception_ptr failure_;
  std::jthread thread_;
};

}  // namespace rustcam
