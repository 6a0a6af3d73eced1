#include "portal_desktop.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "base/time.h"
#include "capture/registry.h"

namespace rustcam::test {
namespace {

constexpr std::chrono::seconds patience{60};

/// No service is ever started by its name: a portal that is installed here must not take the
/// stand-in's place.
std::string bus_config(const std::string& socket) {
  return R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=)" +
         socket + R"(</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
)";
}

bool tells(const std::string& line, const std::string& event) {
  return line.find("\"event\":\"" + event + "\"") != std::string::npos;
}

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    reading.reset(ends[0]);
    writing.reset(ends[1]);
  }
  UniqueFd reading;
  UniqueFd writing;
};

}  // namespace

PortalDesktop::Folder::Folder()
    : path_((std::filesystem::temp_directory_path() / "rustcam-portal-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
}

PortalDesktop::Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

PortalDesktop::Servers::~Servers() {
  for (auto pid = pids.rbegin(); pid != pids.rend(); ++pid) {
    ::kill(*pid, SIGKILL);
    waitpid(*pid, nullptr, 0);
  }
}

PortalDesktop::PortalDesktop(const std::string& personality,
                             const std::vector<std::string>& options)
    : runtime_("XDG_RUNTIME_DIR", folder_.path().c_str()),
      bus_("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + folder_.path("bus")).c_str()),
      home_("HOME", folder_.path().c_str()),
      state_("XDG_STATE_HOME", folder_.path("state").c_str()) {
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd log(
      ::open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  std::ofstream(folder_.path("bus.conf")) << bus_config(folder_.path("bus"));
  start({"dbus-daemon", "--config-file=" + folder_.path("bus.conf"), "--nofork"}, nothing.get(),
        log.get());
  await_file("bus");
  start({"pipewire"}, nothing.get(), log.get());
  await_file("pipewire-0");
  start({"wireplumber"}, nothing.get(), log.get());
  Pipe in;
  Pipe out;
  std::vector<std::string> command{PORTAL_STAND_IN, "--personality", personality};
  command.insert(command.end(), options.begin(), options.end());
  start(command, in.reading.get(), out.writing.get());
  orders_ = std::move(in.writing);
  lines_ = std::move(out.reading);
  out.writing.reset();
  await_event({"ready"});
}

PortalDesktop::~PortalDesktop() = default;

void PortalDesktop::start(const std::vector<std::string>& command, int in, int out) {
  const std::string log = folder_.path("log");
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("no process");
  if (pid > 0) {
    servers_.pids.push_back(pid);
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), STDERR_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

void PortalDesktop::fail(const std::string& what) const {
  std::ifstream log(folder_.path("log"));
  throw std::runtime_error(what + ": " + std::string(std::istreambuf_iterator<char>(log), {}));
}

void PortalDesktop::await_file(const char* name) {
  const TimePoint deadline = now() + patience;
  while (!std::filesystem::exists(folder_.path(name))) {
    if (now() > deadline) fail(std::string(name) + " does not come up");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string PortalDesktop::await_event(const std::vector<std::string>& events) {
  const TimePoint deadline = now() + patience;
  while (true) {
    for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
      told_.push_back(unread_.substr(0, end));
      unread_.erase(0, end + 1);
      const std::string& line = told_.back();
      if (std::any_of(events.begin(), events.end(),
                      [&](const std::string& event) { return tells(line, event); }))
        return line;
    }
    pollfd waited{lines_.get(), POLLIN, 0};
    std::array<char, 4096> more{};
    if (poll(&waited, 1, 100) > 0) {
      const ssize_t count = read(lines_.get(), more.data(), more.size());
      if (count <= 0) fail("the stand-in has ended");
      unread_.append(more.data(), static_cast<std::size_t>(count));
    } else if (now() > deadline) {
      fail("the stand-in does not answer");
    }
  }
}

void PortalDesktop::order(const std::string& text) {
  const std::string line = text + "\n";
  if (write(orders_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    fail("the stand-in takes no order");
  const std::string answer = await_event({"done", "error"});
  if (tells(answer, "error")) fail(answer);
}

void PortalDesktop::end_pipewire() {
  // The second that was started.
  const pid_t pid = servers_.pids.at(1);
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  servers_.pids.erase(servers_.pids.begin() + 1);
}

std::size_t PortalDesktop::count(const std::string& event) {
  order("look");
  return static_cast<std::size_t>(std::count_if(
      told_.begin(), told_.end(), [&](const std::string& line) { return tells(line, event); }));
}

std::unique_ptr<FrameSource> PortalDesktop::open(const SourceOptions& options) {
  return find_backend("portal").choose({})->open(options);
}

}  // namespace rustcam::test
