#include "capture/wayland/connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stop_token>
#include <utility>

#include "capture/wayland/dial.h"

namespace rustcam::wayland {
namespace {

/// When the end is requested, an answer may be under way; one that is not here by then is not worth
/// waiting for.
constexpr Duration patience_at_end = std::chrono::seconds(1);
/// Waiting goes on in pieces: a time in which the program itself was stopped must not count.
constexpr Duration piece = std::chrono::milliseconds(100);

}  // namespace

Connection::Connection(const Patience& patience)
    : patience_(patience), display_name_(socket_path()) {
  const ClientLibrary& l = library();
  display_.reset(l.display_connect_to_fd(dial(display_name_, patience).release()));
  if (!display_) throw CaptureError("libwayland cannot begin a connection", errno_name(errno));
  registry_.reset(wl_display_get_registry(display_.get()));
  static constexpr wl_registry_listener listener{&on_global, &on_global_remove};
  wl_registry_add_listener(registry_.get(), &listener, this);
  roundtrip();
}

Connection::~Connection() {
  // libwayland throws away what is not sent, and the compositor would find objects left behind.
  registry_.reset();
  flush();
}

void Connection::on_global(void* self, wl_registry*, std::uint32_t name, const char* interface,
                           std::uint32_t version) {
  auto& connection = *static_cast<Connection*>(self);
  connection.globals_.push_back({name, interface, version});
  ++connection.globals_changed_;
}

void Connection::on_global_remove(void* self, wl_registry*, std::uint32_t name) {
  auto& connection = *static_cast<Connection*>(self);
  std::erase_if(connection.globals_, [name](const Global& g) { return g.name == name; });
  ++connection.globals_changed_;
}

const Global* Connection::find_global(std::string_view interface) const noexcept {
  const auto found = std::ranges::find(globals_, interface, &Global::interface);
  return found == globals_.end() ? nullptr : &*found;
}

void Connection::check_open() const {
  const int error = library().display_get_error(display_.get());
  if (error == 0) return;
  std::string why = errno_name(error);
  if (error == EPROTO) {
    const wl_interface* interface = nullptr;
    std::uint32_t id = 0;
    const std::uint32_t code =
        library().display_get_protocol_error(display_.get(), &interface, &id);
    why = std::string(interface != nullptr ? interface->name : "unknown object") + " error " +
          std::to_string(code);
  }
  throw DeviceError(
      "the Wayland compositor at " + display_name_ + " has closed the connection: " + why, why);
}

bool Connection::dispatch() {
  const int events = library().display_dispatch_pending(display_.get());
  if (events < 0) check_open();
  return events > 0;
}

void Connection::flush() {
  unsent_ = library().display_flush(display_.get()) < 0 && errno == EAGAIN;
}

bool Connection::take_events() {
  const ClientLibrary& l = library();
  bool any = false;
  while (l.display_prepare_read(display_.get()) != 0) any = dispatch() || any;
  flush();
  pollfd here{l.display_get_fd(display_.get()), POLLIN, 0};
  if (::poll(&here, 1, 0) > 0)
    l.display_read_events(display_.get());
  else
    l.display_cancel_read(display_.get());
  any = dispatch() || any;
  // What events have asked for must not stay here while their answer is waited for.
  flush();
  check_open();
  return any;
}

void Connection::wait(const FdWaiter& waiter, TimePoint deadline) {
  const ClientLibrary& l = library();
  if (take_events()) return;
  const short events = unsent_ ? POLLIN | POLLOUT : POLLIN;
  if (waiter.wait(l.display_get_fd(display_.get()), events, deadline)) take_events();
}

AccessLost Connection::silence(Duration waited) const {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.3g", to_s(waited));
  return AccessLost("the Wayland compositor at " + display_name_ + " has not answered for " +
                        seconds.data() + " s: it may be stopped",
                    "ETIMEDOUT");
}

void Connection::roundtrip() {
  const Proxy<wl_callback> answer(wl_display_sync(display_.get()));
  bool done = false;
  static constexpr wl_callback_listener listener{
      [](void* data, wl_callback*, std::uint32_t) { *static_cast<bool*>(data) = true; }};
  wl_callback_add_listener(answer.get(), &listener, &done);
  const FdWaiter waiter;
  const std::stop_callback wake(patience_.stop, [&] { waiter.wake(); });
  Duration waited{};
  Duration after_stop{};
  for (TimePoint last = now();;) {
    take_events();
    if (done) return;
    waiter.wait(library().display_get_fd(display_.get()), unsent_ ? POLLIN | POLLOUT : POLLIN,
                last + piece);
    const TimePoint at = now();
    const Duration passed = std::min(at - last, 2 * piece);
    last = at;
    waited += passed;
    if (patience_.stop.stop_requested()) after_stop += passed;
    if (after_stop >= patience_at_end)
      throw Interrupted("the Wayland compositor had not answered when the end was requested",
                        "EINTR");
    if (waited >= patience_.limit) {
      // The last look: what came while the program was not scheduled counts.
      take_events();
      if (done) return;
      throw silence(patience_.limit);
    }
  }
}

bool Connection::reuse(const Patience& patience) {
  set_patience(patience);
  try {
    return display_name_ == socket_path() && settle();
  } catch (const CaptureError&) {
    return false;
  }
}

bool Connection::settle() noexcept {
  try {
    take_events();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

ConnectionStore<Connection>& connections() {
  static ConnectionStore<Connection> store;
  return store;
}

}  // namespace rustcam::wayland
