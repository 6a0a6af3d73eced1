#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "platform/blocking_call.h"

namespace rustcam {

namespace {

extern "C" void wake(int) {}

/// SIGURG, which nobody here uses and which is ignored by default, so that a late one harms nobody;
/// with a handler that does not restart system calls it ends them.
class WakingSignal {
 public:
  WakingSignal() {
    struct sigaction action {};
    ::sigemptyset(&action.sa_mask);
    action.sa_handler = wake;
    ::sigaction(SIGURG, &action, &before_);
  }
  ~WakingSignal() { ::sigaction(SIGURG, &before_, nullptr); }
  WakingSignal(const WakingSignal&) = delete;
  WakingSignal& operator=(const WakingSignal&) = delete;

 private:
  struct sigaction before_ {};
};

}  // namespace

struct BlockingCall::Impl {
  std::mutex mutex;
  std::condition_variable left;
  bool inside = false;
  pthread_t thread{};
  std::atomic<bool> interrupted{false};
};

BlockingCall::BlockingCall() : impl_(std::make_unique<Impl>()) {}
BlockingCall::~BlockingCall() = default;

BlockingCall::Scope::Scope(BlockingCall& call) : call_(call) {
  const std::lock_guard lock(call_.impl_->mutex);
  call_.impl_->thread = ::pthread_self();
  call_.impl_->inside = true;
}

BlockingCall::Scope::~Scope() {
  {
    const std::lock_guard lock(call_.impl_->mutex);
    call_.impl_->inside = false;
  }
  call_.impl_->left.notify_all();
}

void BlockingCall::interrupt() noexcept {
  using namespace std::chrono_literals;
  impl_->interrupted = true;
  const WakingSignal signal;
  std::unique_lock lock(impl_->mutex);
  // A signal that comes just before the call blocks is lost, so there have to be several.
  for (int attempt = 0; impl_->inside && attempt < 1000; ++attempt) {
    ::pthread_kill(impl_->thread, SIGURG);
    impl_->left.wait_for(lock, 2ms);
  }
}

bool BlockingCall::interrupted() const noexcept {
  return impl_->interrupted;
}

}  // namespace rustcam
