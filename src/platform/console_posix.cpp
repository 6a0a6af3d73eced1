#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>

#include "platform/console.h"

namespace rustcam {

namespace {

/// Reading or setting a terminal from the background would stop the whole process.
bool in_foreground() {
  return ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

// A handler is given nothing but the signal's number, so what it touches has to be here. One
// KeyReader lives at a time.
std::atomic<bool> keys_single{false};  ///< the terminal is in our mode
termios terminal_before{};             ///< its mode before; of use while keys_single

/// The mode is put back even if we were sent to the background meanwhile: SIGTTOU, which would stop
/// us for that, is held back.
void give_terminal_back() noexcept {
  if (!keys_single.exchange(false)) return;
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTTOU);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Whoever gets the terminal while we are stopped finds it as it was. poll() sets the mode again.
extern "C" void stop_for_a_while(int number) {
  const int code = errno;
  give_terminal_back();
  struct sigaction usual {};
  struct sigaction ours {};
  ::sigemptyset(&usual.sa_mask);
  usual.sa_handler = SIG_DFL;
  ::sigaction(number, &usual, &ours);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, number);
  ::raise(number);
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);  // here it stops, until it is continued
  ::sigaction(number, &ours, nullptr);
  errno = code;
}

}  // namespace

bool stdout_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool stderr_is_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

int stderr_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void set_stdout_binary() {}

struct KeyReader::Impl {
  struct sigaction before {};
  bool installed = false;
};

KeyReader::KeyReader() {
  if (::isatty(STDIN_FILENO) != 1) return;
  impl_ = std::make_unique<Impl>();
  ::sigaction(SIGTSTP, nullptr, &impl_->before);
  if ((impl_->before.sa_flags & SA_SIGINFO) == 0 && impl_->before.sa_handler == SIG_DFL) {
    struct sigaction action {};
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = stop_for_a_while;
    impl_->installed = ::sigaction(SIGTSTP, &action, nullptr) == 0;
  }
  read_single_keys();
}

KeyReader::~KeyReader() {
  if (!impl_) return;
  if (impl_->installed) ::sigaction(SIGTSTP, &impl_->before, nullptr);
  give_terminal_back();
}

void KeyReader::read_single_keys() {
  termios found{};
  if (!in_foreground() || ::tcgetattr(STDIN_FILENO, &found) != 0) return;
  // A shell sets a mode of its own whenever it has the terminal.
  if ((found.c_lflag & ICANON) == 0 && keys_single) return;
  termios single = found;
  single.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  single.c_cc[VMIN] = 0;
  single.c_cc[VTIME] = 0;
  keys_single = false;
  terminal_before = found;
  keys_single = ::tcsetattr(STDIN_FILENO, TCSANOW, &single) == 0;
}

std::optional<char> KeyReader::poll() {
  if (!impl_ || !in_foreground()) return std::nullopt;
  read_single_keys();
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, 0) != 1 || (input.revents & POLLIN) == 0) return std::nullopt;
  char key = 0;
  return ::read(STDIN_FILENO, &key, 1) == 1 ? std::optional<char>(key) : std::nullopt;
}

}  // namespace rustcam
