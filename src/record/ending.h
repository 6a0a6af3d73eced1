// Why a recording ends: the first reason counts.
#pragma once

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "record/statistics.h"

namespace rustcam {

/// Shared by all threads of a session. Asking for the end stops the production of slots; what was
/// produced is still written.
class Ending {
 public:
  void request(EndedBy reason, std::optional<std::string> error = std::nullopt) {
    {
      const std::lock_guard lock(mutex_);
      if (reason_) return;
      reason_ = reason;
      error_ = std::move(error);
    }
    stop_.request_stop();
  }
  std::stop_token token() const noexcept { return stop_.get_token(); }
  std::optional<EndedBy> reason() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }
  std::optional<std::string> error() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  mutable std::mutex mutex_;
  std::stop_source stop_;
  std::optional<EndedBy> reason_;
  std::optional<std::string> error_;
};

}  // namespace rustcam
