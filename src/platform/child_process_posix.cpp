#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "platform/child_process.h"
#include "platform/unique_fd_posix.h"

namespace rustcam {

namespace {

[[noreturn]] void fail(const std::string& program, int code) {
  throw Error("cannot start " + program + ": " + std::generic_category().message(code),
              errno_name(code));
}

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
  explicit Pipe(const std::string& program) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(program, errno);
    read_end = UniqueFd(ends[0]);
    write_end = UniqueFd(ends[1]);
  }
};

/// Runs between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(char* const* arguments, int output, int failure, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) {  // else the parent died before the line above
    ::setpgid(0, 0);
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::execvp(arguments[0], arguments);
    const int code = errno;
    [[maybe_unused]] const auto written = ::write(failure, &code, sizeof code);
  }
  ::_exit(127);
}

Duration to_duration(const timeval& t) {
  return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
}

}  // namespace

std::string executable_path() {
  std::array<char, PATH_MAX> path{};
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) throw Error("cannot read /proc/self/exe: mount /proc", errno_name(errno));
  return {path.data(), static_cast<std::size_t>(length)};
}

struct ChildProcess::Impl {
  pid_t pid = -1;
  UniqueFd output;
  UniqueFd handle;  ///< pidfd: readable when the process has ended
  std::string text;
  std::optional<int> status;
  std::optional<Duration> used;

  void reap() {
    if (status) return;
    int raw = 0;
    rusage usage{};
    pid_t got = 0;
    do got = ::wait4(pid, &raw, WNOHANG, &usage);
    while (got < 0 && errno == EINTR);
    if (got != pid) return;
    status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    used = to_duration(usage.ru_utime) + to_duration(usage.ru_stime);
  }

  /// Takes in what is in the pipe; closes our end at its end.
  void read_some() {
    std::array<char, 4096> buffer{};
    const auto got = ::read(output.get(), buffer.data(), buffer.size());
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (got == 0) output.reset();
  }

  /// Reads what it writes, so that a full pipe cannot keep it from ending.
  void wait(TimePoint deadline) {
    for (reap(); !status; reap()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
      if (left <= 0) return;
      std::array<pollfd, 2> fds{{{handle.get(), POLLIN, 0}, {output.get(), POLLIN, 0}}};
      if (::poll(fds.data(), 2, static_cast<int>(left)) > 0 && fds[1].revents != 0) read_some();
    }
  }

  void read_rest() {
    pollfd fd{output.get(), POLLIN, 0};
    for (; output.get() >= 0 && ::poll(&fd, 1, 0) > 0; fd.fd = output.get()) read_some();
  }
};

ChildProcess::ChildProcess(const std::vector<std::string>& arguments)
    : impl_(std::make_unique<Impl>()) {
  const std::string& program = arguments.at(0);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  Pipe output(program);
  Pipe failure(program);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) fail(program, errno);
  if (pid == 0) become(argv.data(), output.write_end.get(), failure.write_end.get(), parent);
  impl_->pid = pid;
  output.write_end.reset();
  failure.write_end.reset();

  int code = 0;
  ssize_t got = 0;
  do got = ::read(failure.read_end.get(), &code, sizeof code);
  while (got < 0 && errno == EINTR);
  if (got == sizeof code) {
    ::waitpid(pid, nullptr, 0);
    fail(program, code);
  }
  impl_->output = std::move(output.read_end);
  impl_->handle = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

ChildProcess::~ChildProcess() {
  stop();
}

bool ChildProcess::running() {
  impl_->reap();
  return !impl_->status;
}

std::string ChildProcess::stop(Duration patience) {
  if (running()) {
    ::kill(impl_->pid, SIGTERM);
    impl_->wait(now() + patience);
  }
  if (running()) {
    ::kill(impl_->pid, SIGKILL);
    impl_->wait(now() + std::chrono::seconds(10));
  }
  impl_->read_rest();
  return impl_->text;
}

std::optional<int> ChildProcess::exit_status() {
  impl_->reap();
  return impl_->status;
}

std::optional<Duration> ChildProcess::cpu_time() {
  impl_->reap();
  if (impl_->status) return impl_->used;
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(impl_->pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    return std::nullopt;
  return std::chrono::seconds(used.tv_sec) + Duration(used.tv_nsec);
}

}  // namespace rustcam
