// Threads, which the system may refuse.
#pragma once

#include <system_error>
#include <thread>
#include <utility>

namespace rustcam {

/// Throws Error with what a person can do, and the system's reason.
[[noreturn]] void thread_refused(const std::system_error& reason);

/// A thread that runs `work`, with a std::stop_token if it takes one. Throws Error if there may be
/// no more threads: a limit on processes (`ulimit -u`, a container's), or memory.
template <typename Work>
std::jthread start_thread(Work&& work) {
  try {
    return std::jthread(std::forward<Work>(work));
  } catch (const std::system_error& reason) {
    thread_refused(reason);
  }
}

}  // namespace rustcam
