// Threads that must not wait for others.
#pragma once

#include <memory>
#include <string>

namespace rustcam {

/// What the calling thread is for; the system schedules it accordingly if it may.
enum class ThreadRole { capture = 1, pacing, encode };

/// Raises the calling thread (Linux: the least real-time priority, else a lower nice value, if
/// allowed; Windows: MMCSS or a raised priority). Returns a reason if the system refused, else
/// an empty text. Never throws.
std::string set_thread_role(ThreadRole role, const char* name) noexcept;

/// Around a call into a library that takes a priority which is not its own: SVT-AV1, run by root,
/// puts the calling thread and all of its own above everything else on the machine. At the end the
/// calling thread has its priority back, and the threads made since then have the ordinary one.
/// No effect on Windows.
class OrdinaryThreads {
 public:
  OrdinaryThreads();
  ~OrdinaryThreads();
  OrdinaryThreads(const OrdinaryThreads&) = delete;
  OrdinaryThreads& operator=(const OrdinaryThreads&) = delete;

 private:
  struct Before;
  std::unique_ptr<const Before> before_;
};

/// Keeps display and system awake while it lives (Windows: SetThreadExecutionState; elsewhere no
/// effect).
class KeepAwake {
 public:
  KeepAwake() noexcept;
  ~KeepAwake();
  KeepAwake(const KeepAwake&) = delete;
  KeepAwake& operator=(const KeepAwake&) = delete;
};

}  // namespace rustcam
