#include <windows.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "platform/blocking_call.h"

namespace rustcam {

struct BlockingCall::Impl {
  std::mutex mutex;
  std::condition_variable left;
  bool inside = false;
  DWORD thread = 0;
  std::atomic<bool> interrupted{false};
};

BlockingCall::BlockingCall() : impl_(std::make_unique<Impl>()) {}
BlockingCall::~BlockingCall() = default;

BlockingCall::Scope::Scope(BlockingCall& call) : call_(call) {
  const std::lock_guard lock(call_.impl_->mutex);
  call_.impl_->thread = ::GetCurrentThreadId();
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
  std::unique_lock lock(impl_->mutex);
  if (!impl_->inside) return;
  const HANDLE thread = ::OpenThread(THREAD_TERMINATE, FALSE, impl_->thread);
  if (thread == nullptr) return;
  // Cancelling before the call blocks has no effect, so it has to be tried several times.
  for (int attempt = 0; impl_->inside && attempt < 1000; ++attempt) {
    ::CancelSynchronousIo(thread);
    impl_->left.wait_for(lock, 2ms);
  }
  ::CloseHandle(thread);
}

bool BlockingCall::interrupted() const noexcept {
  return impl_->interrupted;
}

}  // namespace rustcam
