#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <utility>

#include "platform/console.h"

namespace rustcam {

namespace {

/// Reading or setting a terminal from the background would stop the whole process.
bool in_foreground() {
  return ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
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
  termios before{};
};

KeyReader::KeyReader() {
  if (!in_foreground()) return;
  auto impl = std::make_unique<Impl>();
  if (::tcgetattr(STDIN_FILENO, &impl->before) != 0) return;
  termios single = impl->before;
  single.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  single.c_cc[VMIN] = 0;
  single.c_cc[VTIME] = 0;
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &single) == 0) impl_ = std::move(impl);
}

KeyReader::~KeyReader() {
  if (!impl_) return;
  // The mode is put back even if we were sent to the background meanwhile: SIGTTOU, which would
  // stop us for that, is held back.
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTTOU);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &impl_->before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::optional<char> KeyReader::poll() {
  if (!impl_ || !in_foreground()) return std::nullopt;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, 0) != 1 || (input.revents & POLLIN) == 0) return std::nullopt;
  char key = 0;
  return ::read(STDIN_FILENO, &key, 1) == 1 ? std::optional<char>(key) : std::nullopt;
}

}  // namespace rustcam
