// A system call that may block without limit, and a way out of it.
#pragma once

#include <memory>

namespace rustcam {

/// A thread that writes to a reader who does not read blocks inside the system. Another thread ends
/// that with interrupt().
class BlockingCall {
 public:
  BlockingCall();
  ~BlockingCall();
  BlockingCall(const BlockingCall&) = delete;
  BlockingCall& operator=(const BlockingCall&) = delete;

  /// The calling thread may block while this lives; one at a time.
  class Scope {
   public:
    explicit Scope(BlockingCall& call);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    BlockingCall& call_;
  };

  /// Any thread: the call that blocks now fails as interrupted (POSIX: EINTR; Windows:
  /// ERROR_OPERATION_ABORTED), and interrupted() is true from now on. Returns when the scope is
  /// left, after 2 s at the latest.
  void interrupt() noexcept;
  bool interrupted() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rustcam
