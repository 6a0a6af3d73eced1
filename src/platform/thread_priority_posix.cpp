#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "platform/thread_priority.h"

namespace rustcam {

namespace {

/// The encoder keeps the normal priority: its threads inherit it, and they must never starve the
/// two that keep time.
int nice_value(ThreadRole role) {
  switch (role) {
    case ThreadRole::capture:
    case ThreadRole::pacing:
      return -10;
    case ThreadRole::encode:
      break;
  }
  return 0;
}

}  // namespace

std::string set_thread_role(ThreadRole role, const char* name) noexcept try {
  constexpr std::size_t kernel_limit = 15;
  ::pthread_setname_np(::pthread_self(), std::string(name).substr(0, kernel_limit).c_str());
  const int wanted = nice_value(role);
  if (wanted == 0) return {};
  // On Linux a nice value belongs to a thread, whatever POSIX says.
  if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), wanted) == 0) return {};
  return std::string("thread priority not raised: ") + errno_name(errno);
} catch (...) {
  return {};
}

KeepAwake::KeepAwake() noexcept = default;
KeepAwake::~KeepAwake() = default;

}  // namespace rustcam
