// A process of our own that is watched and never left behind.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace rustcam {

/// The path of the running executable.
std::string executable_path();

/// Started with standard input closed and standard output on a pipe that we read; standard error is
/// ours. In a process group of its own: Ctrl-C is for us, who then end it. It dies with us (Linux:
/// PDEATHSIG; Windows: a job object).
class ChildProcess {
 public:
  /// Throws Error if it cannot be started. arguments[0] is the program.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ~ChildProcess();  ///< stop()s it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool running();
  /// Asks it to end (SIGTERM, Ctrl-Break), waits up to `patience`, then kills it. Returns what it
  /// wrote to stdout.
  std::string stop(Duration patience = std::chrono::seconds(2));
  std::optional<int> exit_status();
  /// CPU time used so far, if the system tells.
  std::optional<Duration> cpu_time();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rustcam
