#include "platform/abandoned.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

namespace rustcam {
namespace {

struct Kept {
  std::mutex mutex;
  std::vector<std::shared_ptr<void>> owners;
};

/// Never destroyed: a hanging thread outlives everything.
Kept& kept() {
  static auto* const all = new Kept;
  return *all;
}

}  // namespace

void abandon(std::shared_ptr<void> owner) {
  const std::lock_guard lock(kept().mutex);
  kept().owners.push_back(std::move(owner));
}

bool any_abandoned() noexcept {
  const std::lock_guard lock(kept().mutex);
  return !kept().owners.empty();
}

void reclaim_abandoned() {
  std::vector<std::shared_ptr<void>> owners;
  {
    const std::lock_guard lock(kept().mutex);
    owners.swap(kept().owners);
  }
  // What they are destroys itself here, and may wait for threads.
}

void leave_process(int status) noexcept {
  std::fflush(nullptr);
  std::_Exit(status);
}

}  // namespace rustcam
