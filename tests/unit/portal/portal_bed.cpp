#include "portal_bed.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace rustcam::test {
namespace {

void set_variable(const std::string& name, const char* value) {
  if (value != nullptr)
    setenv(name.c_str(), value, 1);  // NOLINT(concurrency-mt-unsafe): no thread runs yet
  else
    unsetenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): the same
}

bool somebody_listens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string write_configuration(const std::string& folder) {
  std::string path = folder + "/bus.conf";
  std::ofstream(path) << "<busconfig><type>session</type><listen>unix:path=" << folder
                      << "/bus</listen><auth>EXTERNAL</auth><policy context=\"default\">"
                         "<allow send_destination=\"*\" eavesdrop=\"true\"/>"
                         "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";
  return path;
}

CastMaker nothing_behind(std::function<void(const nlohmann::json&)> tell) {
  CastMaker maker;
  maker.begin = [](std::uint32_t) { return CastMaker::Made{7, 70, {640, 360}}; };
  maker.end = [](std::uint32_t) {};
  maker.open_remote = [] {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const UniqueFd writing(ends[1]);
    static_cast<void>(write(writing.get(), "remote", 6) == 6);
    return UniqueFd(ends[0]);
  };
  maker.tell = std::move(tell);
  return maker;
}

}  // namespace

ScratchFolder::ScratchFolder() : path_("/tmp/rustcam-portal-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

WithVariable::WithVariable(const char* name, const char* value) : name_(name) {
  if (const char* before = std::getenv(name)) before_ = before;
  set_variable(name_, value);
}

WithVariable::~WithVariable() {
  set_variable(name_, before_ ? before_->c_str() : nullptr);
}

PrivateBus::PrivateBus()
    : address_("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + folder_.path() + "/bus").c_str()),
      daemon_(std::make_unique<ChildProcess>(
          std::vector<std::string>{"dbus-daemon", "--nofork", "--nosyslog",
                                   "--config-file=" + write_configuration(folder_.path())})) {
  const TimePoint end = now() + plenty;
  while (!somebody_listens(folder_.path() + "/bus")) {
    if (now() > end || !daemon_->running()) throw std::runtime_error("dbus-daemon does not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void PrivateBus::end() {
  daemon_->stop();
}

Desktop::Desktop(const PortalService::Abilities& abilities) {
  served_.emplace(std::make_unique<PortalService>(
      abilities, nothing_behind([this](const nlohmann::json& event) {
        const std::scoped_lock lock(mutex_);
        events_.push_back(event);
        more_.notify_all();
      })));
}

void Desktop::order(const std::string& text) {
  bool known = false;
  served_->in_service([&](PortalService& service) { known = service.obey(text); });
  if (!known) throw std::runtime_error("no such order: " + text);
}

nlohmann::json Desktop::wait_for(const std::string& event, int count) {
  std::unique_lock lock(mutex_);
  nlohmann::json found;
  const auto is_there = [&] {
    int seen = 0;
    for (const auto& each : events_) {
      if (each.at("event") != event) continue;
      found = each;
      ++seen;
    }
    return seen >= count;
  };
  if (!more_.wait_for(lock, plenty, is_there)) throw std::runtime_error("no event " + event);
  return found;
}

int Desktop::count_of(const std::string& event) {
  const std::scoped_lock lock(mutex_);
  return static_cast<int>(std::count_if(
      events_.begin(), events_.end(), [&](const auto& each) { return each.at("event") == event; }));
}

}  // namespace rustcam::test
