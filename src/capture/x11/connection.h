// The connection to the X server, and what every reply goes through.
#pragma once

#include <xcb/xcb.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/geometry.h"
#include "capture/patience.h"
#include "capture/x11/answer_watch.h"
#include "capture/x11/dial.h"
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

/// One connection to $DISPLAY, used by one thread at a time. X errors never end the process: xcb
/// hands them out as values, and reply() turns them into exceptions.
class Connection {
 public:
  /// Throws what dial() throws, saying what to do.
  explicit Connection(const Patience& patience = {});

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
  /// Sends what waits to be sent.
  void send() const noexcept;
  /// The same; then check_open().
  void flush() const;
  /// Throws DeviceError if the connection has closed, AccessLost or Interrupted if we hung up
  /// because the server did not answer.
  void check_open() const;
  /// For another user of the connection. False if it is of no more use, or $DISPLAY is another now.
  bool reuse(const Patience& patience);
  /// Of what is awaited from now on.
  void set_patience(const Patience& patience) const { watch_->set_patience(patience); }
  /// Sends what waits to be sent, and forgets the events that have come. False if the connection is
  /// of no more use.
  bool settle() const noexcept;
  /// The root window's size now.
  Size root_size() const;
  xcb_atom_t atom(std::string_view name) const;

  /// The reply, or null and the server's error, or null and nothing: check_open() tells why. The
  /// one place in which replies are awaited.
  template <typename ReplyFunction, typename Cookie>
  auto await(ReplyFunction function, Cookie cookie, Owned<xcb_generic_error_t>& error) const {
    const AnswerWatch::Awaiting answer(*watch_);
    xcb_generic_error_t* raw_error = nullptr;
    auto owned = own(function(get(), cookie, &raw_error));
    error.reset(raw_error);
    return owned;
  }

  /// The reply; throws what check_open() throws, or CaptureError naming `what` failed.
  template <typename ReplyFunction, typename Cookie>
  auto reply(ReplyFunction function, Cookie cookie, const char* what) const {
    Owned<xcb_generic_error_t> error;
    auto owned = await(function, cookie, error);
    if (!owned) fail(what, error.get());
    return owned;
  }

  /// The reply, or null if the server answered with an error (a window that has just gone); throws
  /// what check_open() throws.
  template <typename ReplyFunction, typename Cookie>
  auto try_reply(ReplyFunction function, Cookie cookie) const {
    Owned<xcb_generic_error_t> error;
    auto owned = await(function, cookie, error);
    if (!owned) check_open();
    return owned;
  }

  /// The error of a checked request without a reply; null if there was none. Throws what
  /// check_open() throws.
  Owned<xcb_generic_error_t> check(xcb_void_cookie_t cookie) const;
  /// To be held while requests are sent that may fill the socket.
  AnswerWatch::Awaiting sending() const noexcept { return AnswerWatch::Awaiting(*watch_); }

  /// "BadMatch", "BadShmSeg", or "X error N".
  std::string error_name(std::uint8_t code) const;
  /// Throws what check_open() throws, or CaptureError with the error's name.
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

  std::string display_;
  std::unique_ptr<xcb_connection_t, Disconnect> connection_;
  std::unique_ptr<AnswerWatch> watch_;  ///< ends before the connection
  xcb_screen_t* screen_ = nullptr;
  bool local_ = false;
  Extension randr_;
  Extension shm_;
  Extension damage_;
  Extension xfixes_;
};

}  // namespace rustcam::x11
