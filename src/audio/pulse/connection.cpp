#include "audio/pulse/connection.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "base/error.h"

namespace rustcam::pulse {
namespace {

/// For each answer of the server: one that hangs must not hold us.
constexpr Duration patience = std::chrono::seconds(3);

[[noreturn]] void nobody_answers(const std::string& why) {
  throw DeviceError(
      "no sound server answers (" + why +
      "): start one with `pulseaudio --start`, or start pipewire with pipewire-pulse");
}

}  // namespace

void Question::ask(pa_operation* operation) noexcept {
  drop();
  operation_ = operation;
}

bool Question::open() const noexcept {
  return operation_ != nullptr && library().operation_get_state(operation_) == PA_OPERATION_RUNNING;
}

void Question::drop() noexcept {
  if (operation_ == nullptr) return;
  library().operation_cancel(operation_);
  library().operation_unref(operation_);
  operation_ = nullptr;
}

Connection::Connection() : loop_(library().mainloop_new()) {
  if (loop_ == nullptr) throw DeviceError("libpulse cannot make a main loop");
  context_.reset(library().context_new(library().mainloop_get_api(loop_.get()), "rustcam-cli"));
  if (context_ == nullptr) throw DeviceError("libpulse cannot make a context");
  if (library().context_connect(context(), nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0)
    nobody_answers(reason());
  const TimePoint until = now() + patience;
  for (;;) {
    const pa_context_state_t state = library().context_get_state(context());
    if (state == PA_CONTEXT_READY) return;
    if (!PA_CONTEXT_IS_GOOD(state)) nobody_answers(reason());
    if (now() >= until) nobody_answers("it hangs");
    pass(until, {});
  }
}

Connection::~Connection() = default;

void Connection::pass(TimePoint deadline, const std::stop_token& stop) {
  const ClientLibrary& l = library();
  const std::stop_callback wake(stop, [&] { l.mainloop_wakeup(loop_.get()); });
  const Duration left = std::clamp<Duration>(deadline - now(), Duration::zero(), patience);
  // Rounded up: else the last microsecond is waited for with the processor.
  const auto us = std::chrono::ceil<std::chrono::microseconds>(left).count();
  if (l.mainloop_prepare(loop_.get(), static_cast<int>(us)) < 0 ||
      l.mainloop_poll(loop_.get()) < 0 || l.mainloop_dispatch(loop_.get()) < 0)
    throw DeviceError("libpulse's main loop has failed");
}

void Connection::turn(TimePoint deadline, const std::stop_token& stop) {
  pass(deadline, stop);
  if (!PA_CONTEXT_IS_GOOD(library().context_get_state(context())))
    throw DeviceError("the sound server is gone (" + reason() + ")");
}

void Connection::wait(const std::function<bool()>& done) {
  const TimePoint until = now() + patience;
  while (!done()) {
    if (now() >= until) throw DeviceError("the sound server does not answer: it hangs");
    turn(until);
  }
}

void Connection::finish(pa_operation* operation) {
  if (operation == nullptr)
    throw DeviceError("the sound server cannot be asked (" + reason() + ")");
  Question question;
  question.ask(operation);
  wait([&] { return !question.open(); });
}

std::string Connection::reason() const {
  return library().strerror(library().context_errno(context()));
}

}  // namespace rustcam::pulse
