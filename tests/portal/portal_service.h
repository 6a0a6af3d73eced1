// The made-up desktop's D-Bus half: org.freedesktop.portal.ScreenCast, and the user who answers its
// dialogue.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "base/time.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::test {

struct PortalOptions;

/// What stands behind the dialogue. All may throw std::exception, which the client hears of.
struct CastMaker {
  struct Made {
    std::uint32_t node = 0;
    std::optional<std::uint64_t> serial;
    Size size;
  };
  std::function<Made(std::uint32_t cursor_mode)> begin;
  std::function<void(std::uint32_t node)> end;
  std::function<UniqueFd()> open_remote;
  std::function<void(const nlohmann::json&)> tell;
};

class PortalService {
 public:
  struct Abilities {
    std::uint32_t version = 5;
    std::uint32_t cursor_modes = 7;
    std::uint32_t source_types = 3;
  };

  /// Owns its name on the session's bus from now on. Throws std::runtime_error.
  PortalService(const Abilities& abilities, CastMaker maker);
  ~PortalService();
  PortalService(const PortalService&) = delete;
  PortalService& operator=(const PortalService&) = delete;

  /// Does an order that is about the conversation; false if it is none of these.
  bool obey(const std::string& order);

  int descriptor() const;
  short events() const;
  /// When turn() is to be called at the latest; nullopt: no need.
  std::optional<TimePoint> next_turn() const;
  void turn();

 private:
  enum class Answer { allow = 1, cancel, fail, silent };
  enum class Tokens { accept = 1, refuse, error };

  struct Session {
    std::string owner;  ///< of the bus
    bool selected = false;
    bool started = false;
    std::uint32_t cursor_mode = 1;
    std::uint32_t source_type = 1;
    bool persists = false;
    bool remembered = false;  ///< by a good token: nobody is asked
    std::optional<std::uint32_t> node;
  };
  /// A Start that waits for the user.
  struct Dialogue {
    std::string session;
    std::string request;
    std::string owner;
  };

  int handle(sd_bus_message* call);
  int call_of_screen_cast(sd_bus_message* call, const std::string& member);
  int create_session(sd_bus_message* call);
  int select_sources(sd_bus_message* call);
  int start(sd_bus_message* call);
  int open_remote(sd_bus_message* call);
  int close(sd_bus_message* call);
  void owner_gone(const std::string& owner);

  /// Why a session cannot have these sources; nullptr: it can.
  const char* against(const Session& session, const PortalOptions& options) const;
  /// Null, and an error said, if the session is none of the caller's.
  Session* find(sd_bus_message* call, std::string& path);
  void settle(const Dialogue& dialogue);
  void allow(const Dialogue& dialogue);
  void end(const std::string& session);
  void send_closed(const std::string& session);
  void respond(const std::string& owner, const std::string& request, std::uint32_t code);
  std::string new_token();

  Abilities abilities_;
  CastMaker maker_;
  sd_bus* bus_ = nullptr;
  std::map<std::string, Session> sessions_;
  std::vector<Dialogue> open_;
  Answer answer_ = Answer::allow;
  Tokens tokens_ = Tokens::accept;
  bool mute_ = false;
  std::string good_token_;
  int tokens_given_ = 0;
};

}  // namespace rustcam::test
