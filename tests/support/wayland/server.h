// A display with all that the test compositor offers on it, and the loop that serves its clients.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "client_watch.h"
#include "desk.h"
#include "ext_capture.h"
#include "platform/unique_fd_posix.h"
#include "stimulus/scene.h"
#include "task_queue.h"
#include "wlr_screencopy.h"

namespace rustcam::test {

/// Confined to the thread that serves, while one does.
class Server {
 public:
  /// `listening`: a socket that is listened at.
  Server(UniqueFd listening, CompositorReport& report, Faults& faults);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Does what `tasks` brings and serves clients until end().
  void serve(TaskQueue& tasks);
  void end() noexcept { ended_ = true; }

  void add(const OutputSettings& settings);
  void change(const std::string& name, const OutputSettings& settings);
  void remove(const std::string& name);
  /// Throws std::invalid_argument for a name that no output has.
  Screen& screen(const std::string& name);
  /// Paints the scene by the clock from now on; null: no more.
  void play(const std::string& name, std::unique_ptr<rustcam::Scene> scene, Duration period);

  void offer(Offer offered);
  void set_silent(bool silent) noexcept { silent_ = silent; }
  Desk& desk() noexcept { return desk_; }

 private:
  struct Player {
    std::unique_ptr<rustcam::Scene> scene;
    Duration period;
    TimePoint begun;
    std::int64_t shown = 0;
    TimePoint next() const { return begun + period * (shown + 1); }
  };
  void wait(int wake_fd);
  std::optional<TimePoint> next_event() const;
  void play_on(Screen& screen, Player& player, TimePoint when);

  Desk desk_;
  std::unique_ptr<ClientWatch> watch_;
  WlrScreencopy wlr_;
  ExtCapture ext_;
  std::map<Screen*, Player> players_;
  bool silent_ = false;
  bool ended_ = false;
};

}  // namespace rustcam::test
