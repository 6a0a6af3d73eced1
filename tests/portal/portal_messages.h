// What the portal's messages on the bus are made of.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/geometry.h"

namespace rustcam::test {

inline constexpr const char* portal_root = "/org/freedesktop/portal/desktop";

/// "" for null.
std::string bus_text(const char* value);
/// Of one of a client's objects; `kind`: "request" or "session".
std::string portal_path(const char* kind, const std::string& owner, const std::string& token);

/// A signal to one client.
class BusSignal {
 public:
  /// Throws std::runtime_error.
  BusSignal(sd_bus* bus, const std::string& path, const char* interface, const char* member);
  ~BusSignal() { sd_bus_message_unref(message); }
  BusSignal(const BusSignal&) = delete;
  BusSignal& operator=(const BusSignal&) = delete;

  void send(const std::string& owner) const;

  sd_bus_message* message = nullptr;
};

/// What the methods of the portal can be told.
struct PortalOptions {
  std::string request;  ///< a path
  std::string session_token;
  std::uint32_t types = 1;
  std::uint32_t cursor_mode = 1;
  std::uint32_t persist_mode = 0;
  bool multiple = false;
  std::string restore_token;
};
PortalOptions read_options(sd_bus_message* call);

/// Properties.Get and GetAll of the interface `owner`, all of whose properties are numbers.
int answer_property(sd_bus_message* call, const std::string& member, const std::string& owner,
                    const std::map<std::string, std::uint32_t>& values);

/// One stream, and how it is chosen again.
struct GrantedCast {
  std::uint32_t node = 0;
  std::optional<std::uint64_t> serial;
  Size size;
  std::uint32_t source_type = 1;
  std::string restore_token;  ///< empty: none
};
/// As the Response to Start.
void append_cast(sd_bus_message* response, const GrantedCast& cast);

}  // namespace rustcam::test
