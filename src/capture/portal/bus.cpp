#include "capture/portal/bus.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <new>
#include <stop_token>
#include <utility>

#include "base/error.h"

namespace rustcam::portal {
namespace {

DeviceError gone(int code) {
  return DeviceError("the connection to the session's D-Bus has gone", errno_name(-code));
}

/// What sd-bus itself makes of a call is waited for longer than anybody here does.
constexpr std::uint64_t no_limit_of_the_library = std::numeric_limits<std::uint64_t>::max();

}  // namespace

std::optional<BusError> error_of(const Message& reply) {
  if (bus_library().is_method_error(reply.get(), nullptr) <= 0) return std::nullopt;
  const sd_bus_error* error = bus_library().get_error(reply.get());
  BusError told;
  if (error != nullptr && error->name != nullptr) told.name = error->name;
  if (error != nullptr && error->message != nullptr) told.text = error->message;
  if (told.text.empty()) told.text = told.name;
  return told;
}

/// Called by C code: nothing may be thrown through it.
struct Bus::Callbacks {
  static int answered(sd_bus_message* message, void* into, sd_bus_error*) {
    static_cast<Message*>(into)->reset(bus_library().message_ref(message));
    return 0;
  }
  static int signalled(sd_bus_message* message, void* self, sd_bus_error*) {
    try {
      static_cast<Bus*>(self)->signals_.emplace_back(bus_library().message_ref(message));
      return 0;
    } catch (const std::bad_alloc&) {
      return -ENOMEM;
    }
  }
};

Bus::Bus(const Patience& patience) {
  sd_bus* opened = nullptr;
  if (const int code = bus_library().open_user(&opened); code < 0)
    throw DeviceError(
        "there is no D-Bus of a desktop session (DBUS_SESSION_BUS_ADDRESS, or bus in "
        "XDG_RUNTIME_DIR); run this inside the session (Debian: dbus-user-session)",
        errno_name(-code));
  bus_.reset(opened);
  const auto ready = [this] { return bus_library().is_ready(bus_.get()) > 0; };
  if (wait(ready, patience.limit, patience.stop)) return;
  if (patience.stop.stop_requested())
    throw Interrupted("the wait for the session's D-Bus was ended");
  throw AccessLost("the session's D-Bus does not answer");
}

Bus::~Bus() = default;

void Bus::listen(const std::string& match) {
  const int code = bus_library().add_match_async(bus_.get(), nullptr, match.c_str(),
                                                 &Callbacks::signalled, nullptr, this);
  if (code < 0) throw gone(code);
}

std::vector<Message> Bus::signals() {
  return std::exchange(signals_, {});
}

Message Bus::method(const char* service, const char* path, const char* interface,
                    const char* member) {
  sd_bus_message* made = nullptr;
  const int code =
      bus_library().new_method_call(bus_.get(), &made, service, path, interface, member);
  if (code < 0) throw gone(code);
  return Message(made);
}

Message Bus::call(const Message& request, const Patience& patience) {
  struct SlotUnref {
    void operator()(sd_bus_slot* slot) const noexcept { bus_library().slot_unref(slot); }
  };
  Message reply;
  sd_bus_slot* made = nullptr;
  const int code = bus_library().call_async(bus_.get(), &made, request.get(), &Callbacks::answered,
                                            &reply, no_limit_of_the_library);
  if (code < 0) throw gone(code);
  // A reply that is not waited for any more must not be written into what is no more.
  const std::unique_ptr<sd_bus_slot, SlotUnref> slot(made);
  if (wait([&] { return reply != nullptr; }, patience.limit, patience.stop)) return reply;
  if (patience.stop.stop_requested())
    throw Interrupted("the wait for the desktop's portal was ended");
  throw AccessLost(std::string("the desktop's portal does not answer (") +
                   bus_library().get_member(request.get()) + ")");
}

void Bus::send(const Message& request) noexcept {
  static_cast<void>(bus_library().send(bus_.get(), request.get(), nullptr));
}

void Bus::flush() noexcept {
  static_cast<void>(bus_library().flush(bus_.get()));
}

void Bus::process() {
  int code = 0;
  do {
    code = bus_library().process(bus_.get(), nullptr);
  } while (code > 0);
  if (code < 0) throw gone(code);
}

bool Bus::wait(const std::function<bool()>& done, std::optional<Duration> limit,
               const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { waiter_.wake(); });
  const TimePoint begun = now();
  for (;;) {
    process();
    if (done()) return true;
    if (stop.stop_requested()) return false;
    // The library has times of its own while it connects.
    constexpr Duration look_again = std::chrono::milliseconds(500);
    TimePoint until = now() + look_again;
    if (limit) {
      if (now() - begun >= *limit) return false;
      until = std::min(until, begun + *limit);
    }
    const int events = bus_library().get_events(bus_.get());
    if (events < 0) throw gone(events);
    waiter_.wait(descriptor(), static_cast<short>(events), until);
  }
}

int Bus::descriptor() const noexcept {
  return bus_library().get_fd(bus_.get());
}

std::string Bus::unique_name() const {
  const char* name = nullptr;
  const int code = bus_library().get_unique_name(bus_.get(), &name);
  if (code < 0 || name == nullptr) throw gone(code);
  return name;
}

}  // namespace rustcam::portal
