// A connection to the session's D-Bus whose every wait has an end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/time.h"
#include "capture/patience.h"
#include "capture/portal/bus_library.h"
#include "platform/fd_waiter_posix.h"

namespace rustcam::portal {

struct MessageUnref {
  void operator()(sd_bus_message* message) const noexcept { bus_library().message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, MessageUnref>;

/// What a method was answered with: the reply itself may be an error.
struct BusError {
  std::string name;
  std::string text;
};
/// nullopt: it is none.
std::optional<BusError> error_of(const Message& reply);

/// May be used from any thread, by one at a time.
class Bus {
 public:
  /// Connects. Throws DeviceError (no library, no bus), AccessLost (no answer), Interrupted.
  explicit Bus(const Patience& patience);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// From now on, signals of this description are kept for signals().
  void listen(const std::string& match);
  /// Those that have come and were not taken yet, in their order.
  std::vector<Message> signals();

  /// Throws DeviceError.
  Message method(const char* service, const char* path, const char* interface, const char* member);
  /// The reply, whichever it is. Throws DeviceError (the bus has gone), AccessLost (no answer
  /// within the patience), Interrupted.
  Message call(const Message& request, const Patience& patience);
  /// Without waiting for anything; does nothing if that cannot be.
  void send(const Message& request) noexcept;

  /// Takes what has come until `done` or `limit` (nullopt: none) or the stop; whether it is done.
  /// Throws DeviceError if the bus has gone.
  bool wait(const std::function<bool()>& done, std::optional<Duration> limit,
            const std::stop_token& stop);
  /// Takes what has come. Throws DeviceError if the bus has gone.
  void process();

  int descriptor() const noexcept;
  /// Sends what waits to be sent, however long that takes.
  void flush() noexcept;
  std::string unique_name() const;

 private:
  struct BusClose {
    void operator()(sd_bus* bus) const noexcept { bus_library().close_unref(bus); }
  };
  struct Callbacks;

  std::unique_ptr<sd_bus, BusClose> bus_;
  FdWaiter waiter_;
  std::vector<Message> signals_;
};

}  // namespace rustcam::portal
