// The portal on the bus: its methods, its answers, and what it says of itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "capture/patience.h"
#include "capture/portal/bus.h"

namespace rustcam::portal {

/// What a Request was answered with.
enum class Answer : std::uint32_t { granted = 0, cancelled = 1, other = 2 };

struct Response {
  Answer answer = Answer::other;
  Message message;  ///< its values come next
};

/// The portal gave no cast, at this step.
DuplicationError refused(const std::string& step, const std::string& why);

/// May be used from any thread, by one at a time. Everything throws DeviceError if the portal or
/// the bus has gone.
class Portal {
 public:
  /// Throws as Bus does.
  explicit Portal(const Patience& patience);
  ~Portal();  ///< the session is closed
  Portal(const Portal&) = delete;
  Portal& operator=(const Portal&) = delete;

  /// Of its ScreenCast. Throws DeviceError, naming what is missing.
  std::uint32_t property(const char* name, const Patience& patience);
  /// Of its ScreenCast.
  Message method(const char* member);
  /// One that no request or session of ours had before.
  std::string next_token() { return "rustcam" + std::to_string(++tokens_); }
  /// The reply, whichever it is.
  Message call(const Message& request, const Patience& patience);
  /// What the Request that `request` makes is answered with. `limit`: of the wait for that, after
  /// the call's own reply. Its dialogue is closed if the wait ends before. Throws DuplicationError,
  /// AccessLost, Interrupted.
  Response ask(const char* member, const std::string& own_token, const Message& request,
               std::optional<Duration> limit, const Patience& patience);

  const std::string& session() const noexcept { return session_; }  ///< empty: there is none
  /// `path` is an object's.
  void begin_session(const std::string& path) { session_ = path; }
  void close_session() noexcept;

  bool left() const noexcept { return left_; }
  int descriptor() const noexcept { return bus_.descriptor(); }
  /// Takes what has come. Why the session has ended, or can not be any more; nullopt: it goes on.
  std::optional<std::string> ended();

 private:
  void take_signals();
  void take_signal(Message signal);
  std::string request_path(const std::string& own_token) const;
  void close_request(const std::string& path) noexcept;

  Bus bus_;
  std::string owner_;  ///< the portal's own name on the bus
  std::string session_;
  std::vector<Response> responses_;
  std::optional<std::string> over_;  ///< why the session has ended
  bool left_ = false;
  unsigned tokens_ = 0;
};

}  // namespace rustcam::portal
