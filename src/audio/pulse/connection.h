// A connection to the sound server, and its main loop.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "audio/pulse/client_library.h"
#include "base/time.h"

namespace rustcam::pulse {

/// A question that the server has not answered yet; it is given up when this is destroyed.
class Question {
 public:
  Question() = default;
  ~Question() { drop(); }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  /// Takes `operation`; null if it could not be asked.
  void ask(pa_operation* operation) noexcept;
  bool asked() const noexcept { return operation_ != nullptr; }
  /// It was asked, and the answer has not come.
  bool open() const noexcept;
  void drop() noexcept;

 private:
  pa_operation* operation_ = nullptr;
};

/// Confined to one thread: every callback of the server is called in turn(), wait() and finish().
class Connection {
 public:
  /// Throws DeviceError, saying what to start, if no server answers within a few seconds.
  Connection();
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  pa_context* context() const noexcept { return context_.get(); }
  /// Waits for the server until `deadline` or a stop request, and handles what came. Throws
  /// DeviceError once the server is gone.
  void turn(TimePoint deadline, const std::stop_token& stop = {});
  /// Turns until `done`. Throws DeviceError if that takes longer than a server may think.
  void wait(const std::function<bool()>& done);
  /// Waits for an answer of the server and takes `operation`, which may be null if it could not be
  /// asked. Throws DeviceError.
  void finish(pa_operation* operation);
  /// The reason of the last refusal, in words.
  std::string reason() const;

 private:
  struct FreeLoop {
    void operator()(pa_mainloop* loop) const noexcept { library().mainloop_free(loop); }
  };
  struct FreeContext {
    void operator()(pa_context* context) const noexcept {
      library().context_disconnect(context);
      library().context_unref(context);
    }
  };
  void pass(TimePoint deadline, const std::stop_token& stop);

  std::unique_ptr<pa_mainloop, FreeLoop> loop_;
  std::unique_ptr<pa_context, FreeContext> context_;
};

}  // namespace rustcam::pulse
