#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "platform/thread_priority.h"

namespace rustcam {

namespace {

/// The least of the real-time priorities: enough to be woken in time on a machine whose cores are
/// all busy. What these threads do between two waits is short, and the kernel caps it.
bool make_real_time() {
  sched_param least{};
  least.sched_priority = ::sched_get_priority_min(SCHED_RR);
  return ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &least) == 0;
}

/// On Linux a nice value belongs to a thread, whatever POSIX says.
bool make_less_nice() {
  constexpr int step = 10;
  const auto thread = static_cast<id_t>(::gettid());
  return ::setpriority(PRIO_PROCESS, thread, ::getpriority(PRIO_PROCESS, thread) - step) == 0;
}

/// The kernel's numbers of this process's threads; empty if it does not tell.
std::vector<pid_t> threads() {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/task", error), end; !error && at != end;
       at.increment(error))
    found.push_back(static_cast<pid_t>(std::stol(at->path().filename().string())));
  return found;
}

}  // namespace

struct OrdinaryThreads::Before {
  int policy = ::sched_getscheduler(0);
  sched_param priority{};
  std::vector<pid_t> threads;
};

OrdinaryThreads::OrdinaryThreads() {
  auto before = std::make_unique<Before>();
  ::sched_getparam(0, &before->priority);
  before->threads = threads();
  before_ = std::move(before);
}

OrdinaryThreads::~OrdinaryThreads() {
  ::sched_setscheduler(0, before_->policy, &before_->priority);
  const sched_param none{};
  try {
    // Our own threads never ask for SCHED_FIFO.
    for (const pid_t thread : threads())
      if (::sched_getscheduler(thread) == SCHED_FIFO &&
          std::ranges::find(before_->threads, thread) == before_->threads.end())
        ::sched_setscheduler(thread, SCHED_OTHER, &none);
  } catch (...) {  // no memory for the list: they keep what they took
  }
}

std::string set_thread_role(ThreadRole role, const char* name) noexcept try {
  constexpr std::size_t kernel_limit = 15;
  ::pthread_setname_np(::pthread_self(), std::string(name).substr(0, kernel_limit).c_str());
  // The encoder keeps the normal priority: its threads inherit it, and they must never starve the
  // two that keep time.
  if (role == ThreadRole::encode || make_real_time() || make_less_nice()) return {};
  return std::string("thread priority not raised: ") + errno_name(errno);
} catch (...) {
  return {};
}

KeepAwake::KeepAwake() noexcept = default;
KeepAwake::~KeepAwake() = default;

}  // namespace rustcam
