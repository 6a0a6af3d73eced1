#include <signal.h>

#include <array>
#include <atomic>

#include "platform/signals.h"

namespace rustcam {

namespace {

// A handler is given nothing but the signal's number, so what it touches has to be here.
std::atomic<int> requests{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not take a lock");

extern "C" void count_request(int) {
  requests.fetch_add(1, std::memory_order_relaxed);
}

struct Handled {
  int signal;
  struct sigaction old;
  bool installed;
};
std::array<Handled, 4> handled{
    {{SIGINT, {}, false}, {SIGTERM, {}, false}, {SIGHUP, {}, false}, {SIGPIPE, {}, false}}};

}  // namespace

EndSignals::EndSignals() {
  requests = 0;
  for (Handled& h : handled) {
    ::sigaction(h.signal, nullptr, &h.old);
    const bool ignored = (h.old.sa_flags & SA_SIGINFO) == 0 && h.old.sa_handler == SIG_IGN;
    h.installed = false;
    if (ignored) continue;
    struct sigaction action {};
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = h.signal == SIGPIPE ? SIG_IGN : count_request;
    h.installed = ::sigaction(h.signal, &action, nullptr) == 0;
  }
}

EndSignals::~EndSignals() {
  // A process that was asked to end is ending in good order: who asks once more must not turn that
  // into a death by signal in its last moments.
  const bool ending = count() > 0;
  for (Handled& h : handled) {
    const bool deadly = (h.old.sa_flags & SA_SIGINFO) == 0 && h.old.sa_handler == SIG_DFL;
    if (h.installed && !(ending && deadly)) ::sigaction(h.signal, &h.old, nullptr);
    h.installed = false;
  }
}

int EndSignals::count() const noexcept {
  return requests.load(std::memory_order_relaxed);
}

}  // namespace rustcam
