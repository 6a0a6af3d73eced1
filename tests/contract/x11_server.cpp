#include "x11_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "base/time.h"

namespace rustcam::test {
namespace {

const char* const dummy_config = R"(
Section "ServerFlags"
  Option "AutoAddDevices" "false"
EndSection
Section "Device"
  Identifier "device"
  Driver "dummy"
  VideoRam 256000
EndSection
Section "Screen"
  Identifier "screen"
  Device "device"
  DefaultDepth %DEPTH%
  SubSection "Display"
    Depth %DEPTH%
    Virtual 4096 2160
  EndSubSection
EndSection
)";

std::string make_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "rustcam-x11-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  return path;
}

/// The display number that the server writes, a line; empty if it ended or took too long.
std::string read_line(int fd) {
  const TimePoint deadline = now() + std::chrono::seconds(60);
  std::string line;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now());
    pollfd p{fd, POLLIN, 0};
    if (left.count() <= 0 || poll(&p, 1, static_cast<int>(left.count())) <= 0) return {};
    char letter = 0;
    if (read(fd, &letter, 1) != 1) return {};
    if (letter == '\n') return line;
    line.push_back(letter);
  }
}

pid_t start(const std::vector<std::string>& command, const std::string& log, int keep_fd) {
  std::vector<char*> arguments;
  for (const std::string& a : command) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  fcntl(keep_fd, F_SETFD, 0);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

XServer::XServer(const XServerOptions& options) : folder_(make_folder()) {
  std::ofstream(folder_ + "/dummy.conf")
      << replaced(dummy_config, "%DEPTH%", std::to_string(options.depth));
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  pid_ = start(command(options, ends[1]), folder_ + "/log", ends[1]);
  close(ends[1]);
  const std::string number = read_line(ends[0]);
  close(ends[0]);
  if (number.empty()) {
    kill();
    std::ifstream log(folder_ + "/log");
    const std::string text{std::istreambuf_iterator<char>(log), {}};
    std::filesystem::remove_all(folder_);
    throw std::runtime_error("the X server did not start: " + text);
  }
  display_ = ":" + number;
  setenv("DISPLAY", display_.c_str(), 1);
}

XServer::~XServer() {
  kill();
  unsetenv("DISPLAY");
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> XServer::command(const XServerOptions& options, int display_fd) const {
  const std::string fd = std::to_string(display_fd);
  std::vector<std::string> c;
  if (options.kind == XServerOptions::Kind::dummy)
    c = {"Xorg",
         "-displayfd",
         fd,
         "-config",
         folder_ + "/dummy.conf",
         "-logfile",
         folder_ + "/xorg.log",
         "-nolisten",
         "tcp",
         "-noreset",
         "-novtswitch",
         "-sharevts"};
  else
    c = {"Xvfb",
         "-displayfd",
         fd,
         "-noreset",
         "-screen",
         "0",
         to_string(options.size) + "x" + std::to_string(options.depth)};
  c.insert(c.end(), options.arguments.begin(), options.arguments.end());
  return c;
}

void XServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace rustcam::test
