// A private X server for a test, and nothing left of it afterwards.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/geometry.h"
#include "environment.h"

namespace rustcam::test {

struct XServerOptions {
  enum class Kind { xvfb = 1, dummy };  ///< dummy: Xorg with its dummy driver, 16 outputs
  Kind kind = Kind::xvfb;
  Size size{640, 480};  ///< of Xvfb's screen; the dummy driver starts with 1024x768 on DUMMY0
  int depth = 24;
  std::vector<std::string> arguments = {};  ///< more for the server
};

/// Starts on a free display and points $DISPLAY there while it lives; dies with us.
class XServer {
 public:
  /// Throws std::runtime_error if it does not come up within 60 s.
  explicit XServer(const XServerOptions& options = {});
  ~XServer();
  XServer(const XServer&) = delete;
  XServer& operator=(const XServer&) = delete;

  const std::string& display() const noexcept { return display_; }
  pid_t pid() const noexcept { return pid_; }
  /// As when the server crashes.
  void kill();

 private:
  std::vector<std::string> command(const XServerOptions& options, int display_fd) const;

  std::string folder_;
  std::string display_;
  pid_t pid_ = -1;
};

}  // namespace rustcam::test
