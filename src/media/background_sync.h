// Brings a file to the disk without holding its writer up.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
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

  /// Returns at once, or, if the system gave no thread, when it is done.
  void request();
  /// Waits for what was requested, then throws what the first failed sync threw.
  void wait();
  /// No later than the file is closed: nothing is synced any more.
  void end();
  /// Any thread: why the first sync that failed did so.
  std::optional<std::string> failed() const;

 private:
  void run(const std::stop_token& stop);
  void sync(std::unique_lock<std::mutex>& lock);

  File& file_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool requested_ = false;
  bool busy_ = false;
  std::exception_ptr failure_;
  std::optional<std::string> failed_;
  std::jthread thread_;
};

}  // namespace rustcam
