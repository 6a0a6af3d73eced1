// What a lost source leaves to the next one.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace rustcam {

/// Holds one thing for whoever takes it first. May be used from any thread.
template <typename T>
class Salvage {
 public:
  void put(std::shared_ptr<const T> thing) {
    const std::lock_guard lock(mutex_);
    thing_ = std::move(thing);
  }
  /// Null if nothing was put in since the last call.
  std::shared_ptr<const T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(thing_, nullptr);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const T> thing_;
};

}  // namespace rustcam
