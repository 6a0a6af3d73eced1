// The made-up desktop (tests/portal) with D-Bus and PipeWire, and our back end as its client.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "capture/capture_session.h"
#include "capture/frame_source.h"
#include "environment.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::test {

/// A desktop that the environment points to while it lives; all its servers die with us, and
/// nothing is left of it afterwards.
class PortalDesktop {
 public:
  /// `options`: more of portal_stand_in's. Throws std::runtime_error if it does not come up within
  /// 60 s.
  explicit PortalDesktop(const std::string& personality,
                         const std::vector<std::string>& options = {});
  ~PortalDesktop();
  PortalDesktop(const PortalDesktop&) = delete;
  PortalDesktop& operator=(const PortalDesktop&) = delete;

  /// Returns once it is done; throws std::runtime_error if it is not understood.
  void order(const std::string& text);
  /// As if PipeWire had crashed.
  void end_pipewire();
  /// How often this has happened so far.
  std::size_t count(const std::string& event);
  /// Throws what the back end throws.
  std::unique_ptr<FrameSource> open(const SourceOptions& options = {});

 private:
  /// The folder with all that is of this desktop.
  class Folder {
   public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string path(const char* name) const { return path_ + "/" + name; }
    const std::string& path() const noexcept { return path_; }

   private:
    std::string path_;
  };
  /// Ends them, the last one first.
  struct Servers {
    Servers() = default;
    ~Servers();
    Servers(const Servers&) = delete;
    Servers& operator=(const Servers&) = delete;
    std::vector<pid_t> pids;
  };

  void start(const std::vector<std::string>& command, int in, int out);
  void await_file(const char* name);
  /// Returns the first new line that has one of these events.
  std::string await_event(const std::vector<std::string>& events);
  [[noreturn]] void fail(const std::string& what) const;

  Folder folder_;
  Environment runtime_;
  Environment bus_;
  Environment home_;
  Environment state_;
  Environment session_type_{"XDG_SESSION_TYPE", "wayland"};
  Environment no_wayland_{"WAYLAND_DISPLAY", nullptr};
  Environment no_x_{"DISPLAY", nullptr};
  Environment no_remote_{"PIPEWIRE_REMOTE", nullptr};
  Servers servers_;
  UniqueFd orders_;
  UniqueFd lines_;
  std::string unread_;
  std::vector<std::string> told_;
};

}  // namespace rustcam::test
