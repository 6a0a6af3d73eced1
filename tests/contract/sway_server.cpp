#include "sway_server.h"

#include <fcntl.h>
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
#include <thread>
#include <vector>

#include "base/time.h"

namespace rustcam::test {
namespace {

constexpr uid_t nobody = 65534;

std::string make_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "rustcam-sway-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  return path;
}

bool succeeds(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

/// sway refuses to run as root: a user namespace of its own makes it nobody, or it becomes nobody,
/// whose folder it must be then.
std::vector<std::string> sway_command(const std::string& folder) {
  std::vector<std::string> command;
  if (getuid() == 0 && succeeds("unshare --user true")) {
    command = {"unshare", "--user"};
  } else if (getuid() == 0) {
    command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    if (chown(folder.c_str(), nobody, nobody) != 0)
      throw std::runtime_error("cannot give a folder away");
  }
  command.insert(command.end(), {"sway", "-c", folder + "/config"});
  return command;
}

}  // namespace

SwayServer::SwayServer(Size size) : folder_(make_folder()) {
  // Without swaybg, which is not started, the background is one plain grey.
  std::ofstream(folder_ + "/config") << "xwayland disable\ndefault_border none\n"
                                     << "output * mode --custom " << to_string(size) << "@120Hz\n";
  start();
  const TimePoint deadline = now() + std::chrono::seconds(60);
  while (!is_up()) {
    if (now() > deadline || waitpid(pid_, nullptr, WNOHANG) == pid_) {
      std::ifstream log(folder_ + "/log");
      const std::string text{std::istreambuf_iterator<char>(log), {}};
      remove();
      throw std::runtime_error("sway did not start: " + text);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  setenv("XDG_RUNTIME_DIR", folder_.c_str(), 1);
  setenv("WAYLAND_DISPLAY", std::filesystem::path(socket_).filename().c_str(), 1);
}

SwayServer::~SwayServer() {
  remove();
  unsetenv("WAYLAND_DISPLAY");
}

void SwayServer::start() {
  const std::vector<std::string> command = sway_command(folder_);
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const std::string log = folder_ + "/log";
  const std::string ipc = folder_ + "/ipc";
  pid_ = fork();
  if (pid_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  unsetenv("WAYLAND_DISPLAY");
  unsetenv("DISPLAY");
  setenv("XDG_RUNTIME_DIR", folder_.c_str(), 1);
  setenv("HOME", folder_.c_str(), 1);
  setenv("SWAYSOCK", ipc.c_str(), 1);
  setenv("WLR_BACKENDS", "headless", 1);
  setenv("WLR_RENDERER", "pixman", 1);
  setenv("WLR_LIBINPUT_NO_DEVICES", "1", 1);
  setenv("LD_PRELOAD", SWAY_OUTPUTS_OFF, 1);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

bool SwayServer::is_up() {
  for (const auto& each : std::filesystem::directory_iterator(folder_))
    if (each.is_socket() && each.path().filename().string().starts_with("wayland-"))
      socket_ = each.path().string();
  return !socket_.empty() && succeeds("swaymsg -s " + folder_ + "/ipc -t get_version");
}

void SwayServer::command(const std::string& text) const {
  if (!succeeds("swaymsg -s " + folder_ + "/ipc -- " + text))
    throw std::runtime_error("sway does not take '" + text + "'");
}

void SwayServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void SwayServer::remove() noexcept {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace rustcam::test
