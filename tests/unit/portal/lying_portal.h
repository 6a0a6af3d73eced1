// A portal whose replies make no sense.
#pragma once

#include <systemd/sd-bus.h>

#include <string>

namespace rustcam::test {

class LyingPortal {
 public:
  enum class Lie {
    none = 1,         ///< two streams, and values that nobody knows
    other_request,    ///< methods return another path than expected, where the answer is then sent
    no_screen_cast,   ///< a portal without this interface
    version_type,     ///< "version" is a text
    request_type,     ///< methods return a number instead of a path
    session_missing,  ///< CreateSession's results have no "session_handle"
    session_type,     ///< it is a number
    session_path,     ///< it is no object path
    response_type,    ///< the answers carry other types
    streams_missing,  ///< Start's results have no "streams"
    streams_empty,    ///< they have none in it
    streams_type,     ///< it is a text
    stream_properties,  ///< position, size, serial and token have other types
    stream_size,        ///< its size is negative
    remote_type,        ///< OpenPipeWireRemote returns a number
  };

  /// Owns its name on the session's bus from now on. Throws std::runtime_error.
  explicit LyingPortal(Lie lie);
  ~LyingPortal();
  LyingPortal(const LyingPortal&) = delete;
  LyingPortal& operator=(const LyingPortal&) = delete;

  int descriptor() const;
  short events() const;
  void turn();

 private:
  int handle(sd_bus_message* call);
  int property(sd_bus_message* call) const;
  /// Replies with the path, and answers there.
  int answer(sd_bus_message* call, const std::string& member) const;
  void append_session(sd_bus_message* response, const std::string& owner) const;
  void append_streams(sd_bus_message* response) const;

  Lie lie_;
  sd_bus* bus_ = nullptr;
};

}  // namespace rustcam::test
