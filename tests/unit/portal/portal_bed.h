// A D-Bus of the tests' own, and portals that answer on it.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/time.h"
#include "platform/child_process.h"
#include "platform/unique_fd_posix.h"
#include "portal/portal_service.h"

namespace rustcam::test {

/// Long enough for any machine.
constexpr Duration plenty = std::chrono::seconds(60);

/// Removed at the end, with all that is in it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// Sets a variable, and sets it back at the end. nullptr: it is not there.
class WithVariable {
 public:
  WithVariable(const char* name, const char* value);
  ~WithVariable();
  WithVariable(const WithVariable&) = delete;
  WithVariable& operator=(const WithVariable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

/// dbus-daemon, which DBUS_SESSION_BUS_ADDRESS leads to.
class PrivateBus {
 public:
  PrivateBus();

  /// The daemon is killed: the bus has gone.
  void end();

 private:
  ScratchFolder folder_;
  WithVariable address_;
  std::unique_ptr<ChildProcess> daemon_;
};

/// Runs what answers on a bus (descriptor(), events(), turn()) on a thread of its own.
template <typename Service>
class Served {
 public:
  explicit Served(std::unique_ptr<Service> service)
      : service_(std::move(service)), wake_(eventfd(0, EFD_CLOEXEC)), thread_([this] { run(); }) {}
  ~Served() {
    over_ = true;
    eventfd_write(wake_.get(), 1);
    thread_.join();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  /// Runs `work` on the service's thread, and returns when it is done.
  void in_service(const std::function<void(Service&)>& work) {
    std::packaged_task<void()> task([&] { work(*service_); });
    std::future<void> done = task.get_future();
    {
      const std::scoped_lock lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    eventfd_write(wake_.get(), 1);
    done.get();
  }

 private:
  void run() {
    while (!over_) {
      service_->turn();
      std::array<pollfd, 2> waiting{pollfd{service_->descriptor(), service_->events(), 0},
                                    pollfd{wake_.get(), POLLIN, 0}};
      constexpr int look_again = 100;  // milliseconds
      poll(waiting.data(), waiting.size(), look_again);
      if (waiting[1].revents == 0) continue;
      eventfd_t count = 0;
      eventfd_read(wake_.get(), &count);
      std::vector<std::packaged_task<void()>> tasks;
      {
        const std::scoped_lock lock(mutex_);
        tasks.swap(tasks_);
      }
      for (auto& task : tasks) task();
    }
  }

  std::unique_ptr<Service> service_;
  UniqueFd wake_;
  std::mutex mutex_;
  std::vector<std::packaged_task<void()>> tasks_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

/// The stand-in's D-Bus half, with nothing behind it: node 7, serial 70, 640x360.
class Desktop {
 public:
  explicit Desktop(const PortalService::Abilities& abilities = {});

  void order(const std::string& text);
  /// The newest event of this name; waits for the `count`th. Throws std::runtime_error.
  nlohmann::json wait_for(const std::string& event, int count = 1);
  int count_of(const std::string& event);

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<nlohmann::json> events_;
  std::optional<Served<PortalService>> served_;
};

}  // namespace rustcam::test
