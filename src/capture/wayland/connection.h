// The connection to the compositor, and waiting for what it says.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "capture/connection_store.h"
#include "capture/patience.h"
#include "capture/wayland/proxy.h"
#include "platform/fd_waiter_posix.h"

namespace rustcam::wayland {

inline constexpr std::string_view backend_name = "wayland";

/// Something that the compositor offers to bind.
struct Global {
  std::uint32_t name = 0;
  std::string interface;
  std::uint32_t version = 0;
};

/// One connection to $WAYLAND_DISPLAY, used by one thread at a time. Nothing here blocks without
/// limit: the socket is polled, and the library only takes what is there. All events come to the
/// listeners inside of calls of this class, in the thread that calls.
class Connection {
 public:
  /// Throws CaptureError (no Wayland session, no library), DeviceError (nobody listens),
  /// AccessLost (does not answer), Interrupted.
  explicit Connection(const Patience& patience = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// As it is now: what was added and removed is followed whenever events are taken.
  const std::vector<Global>& globals() const noexcept { return globals_; }
  /// Grows with every change of globals().
  std::uint64_t globals_changed() const noexcept { return globals_changed_; }
  const Global* find_global(std::string_view interface) const noexcept;

  /// Null if the compositor does not offer it in at least version `least`; never newer than
  /// the version that the generated code describes.
  template <typename T>
  Proxy<T> bind(const wl_interface& interface, std::uint32_t least = 1) const {
    const Global* global = find_global(interface.name);
    if (global == nullptr || global->version < least) return nullptr;
    return bind<T>(*global, interface);
  }
  template <typename T>
  Proxy<T> bind(const Global& global, const wl_interface& interface) const {
    const auto known = static_cast<std::uint32_t>(interface.version);
    return Proxy<T>(static_cast<T*>(wl_registry_bind(registry_.get(), global.name, &interface,
                                                     std::min(global.version, known))));
  }

  /// Takes the events that are here, and sends what waits to be sent. False if there were none.
  /// Throws DeviceError if the compositor has closed the connection (also for a mistake of ours).
  bool take_events();
  /// Sends what waits to be sent, as far as that is possible without waiting.
  void flush();
  /// Waits until events have come (and takes them), `waiter` is woken, or `deadline` has passed.
  void wait(const FdWaiter& waiter, TimePoint deadline);
  /// Waits until the compositor has got through everything that was sent. Throws AccessLost if it
  /// does not answer within the patience, Interrupted.
  void roundtrip();
  /// What to throw if it has not answered for so long.
  AccessLost silence(Duration waited) const;
  void set_patience(const Patience& patience) { patience_ = patience; }

  /// For another user of the connection.
  bool reuse(const Patience& patience);
  bool settle() noexcept;

  wl_display* display() const noexcept { return display_.get(); }

 private:
  struct Disconnect {
    void operator()(wl_display* d) const noexcept { library().display_disconnect(d); }
  };
  static void on_global(void* self, wl_registry*, std::uint32_t name, const char* interface,
                        std::uint32_t version);
  static void on_global_remove(void* self, wl_registry*, std::uint32_t name);
  bool dispatch();
  void check_open() const;

  Patience patience_;
  std::string display_name_;
  std::unique_ptr<wl_display, Disconnect> display_;
  Proxy<wl_registry> registry_;
  std::vector<Global> globals_;
  std::uint64_t globals_changed_ = 0;
  bool unsent_ = false;
};

/// The program's one store of them.
ConnectionStore<Connection>& connections();

class ConnectionKeeper : public ConnectionStore<Connection>::Keeper {
 public:
  ConnectionKeeper() : Keeper(connections()) {}
};

class ConnectionLease : public ConnectionStore<Connection>::Lease {
 public:
  explicit ConnectionLease(const Patience& patience) : Lease(connections(), patience) {}
};

}  // namespace rustcam::wayland
