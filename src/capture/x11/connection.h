// The connection to the X server, and what every reply goes through.
#pragma once

#include <xcb/xcb.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/geometry.h"
#include "capture/x11/reply_items.h"

namespace rustcam::x11 {

inline constexpr std::string_view backend_name = "x11";

struct FreeDeleter {
  void operator()(void* p) const noexcept { std::free(p); }
};
/// Replies, events and errors are allocated by xcb with malloc and owned by the caller.
template <typename T>
using Owned = std::unique_ptr<T, FreeDeleter>;

/// First event and first error of an extension, and the version the server agreed to.
struct Extension {
  bool present = false;
  std::uint8_t first_event = 0;
  std::uint8_t first_error = 0;
  std::uint32_t major = 0;
  std::uint32_t minor = 0;

  bool at_least(std::uint32_t want_major, std::uint32_t want_minor) const noexcept {
    return present && (major > want_major || (major == want_major && minor >= want_minor));
  }
};

/// One connection to $DISPLAY, confined to one thread. X errors never end the process: xcb hands
/// them out as values, and reply() turns them into exceptions.
class Connection {
 public:
  /// Throws DeviceError, saying what to do, if there is no server.
  Connection();

  xcb_connection_t* get() const noexcept { return connection_.get(); }
  const xcb_setup_t& setup() const noexcept { return *xcb_get_setup(get()); }
  /// As it was when we connected; only ids, depth and visuals stay true.
  const xcb_screen_t& screen() const noexcept { return *screen_; }
  xcb_window_t root() const noexcept { return screen_->root; }
  const std::string& display() const noexcept { return display_; }
  /// The server is on this machine (a Unix socket), so memory and clock are shared with it.
  bool local() const noexcept { return local_; }
  int descriptor() const noexcept { return xcb_get_file_descriptor(get()); }

  const Extension& randr() const noexcept { return randr_; }
  const Extension& shm() const noexcept { return shm_; }
  const Extension& damage() const noexcept { return damage_; }
  const Extension& xfixes() const noexcept { return xfixes_; }

  std::uint32_t new_id() const;
  /// Throws DeviceError if the connection has closed.
  void flush() const;
  void check_open() const;
  /// The root window's size now.
  Size root_size() const;
  xcb_atom_t atom(std::string_view name) const;

  /// The reply, or DeviceError (connection closed), or CaptureError naming `what` failed.
  template <typename ReplyFunction, typename Cookie>
  auto reply(ReplyFunction function, Cookie cookie, const char* what) const {
    xcb_generic_error_t* raw_error = nullptr;
    auto owned = own(function(get(), cookie, &raw_error));
    const Owned<xcb_generic_error_t> error(raw_error);
    if (!owned) fail(what, error.get());
    return owned;
  }

  /// The reply, or null if the server answered with an error (a window that has just gone);
  /// DeviceError if the connection has closed.
  template <typename ReplyFunction, typename Cookie>
  auto try_reply(ReplyFunction function, Cookie cookie) const {
    xcb_generic_error_t* raw_error = nullptr;
    auto owned = own(function(get(), cookie, &raw_error));
    const Owned<xcb_generic_error_t> error(raw_error);
    if (!owned) check_open();
    return owned;
  }

  /// "BadMatch", "BadShmSeg", or "X error N".
  std::string error_name(std::uint8_t code) const;
  /// Throws DeviceError (connection closed) or CaptureError with the error's name.
  [[noreturn]] void fail(const char* what, const xcb_generic_error_t* error) const;

 private:
  /// Null for a reply that is too short to be one.
  template <typename T>
  static Owned<T> own(T* p) {
    Owned<T> reply(p);
    if (reply && !has_fixed_part(*reply)) reply.reset();
    return reply;
  }
  void query_extensions();

  struct Disconnect {
    void operator()(xcb_connection_t* c) const noexcept { xcb_disconnect(c); }
  };
  std::unique_ptr<xcb_connection_t, Disconnect> connection_;
  xcb_screen_t* screen_ = nullptr;
  std::string display_;
  bool local_ = false;
  Extension randr_;
  Extension shm_;
  Extension damage_;
  Extension xfixes_;
};

}  // namespace rustcam::x11
