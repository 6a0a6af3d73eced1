#include "capture/x11/dial.h"

#include <X11/Xauth.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/x11/silence.h"
#include "platform/start_thread.h"
#include "platform/unique_fd_posix.h"

namespace rustcam::x11 {
namespace {

using namespace std::chrono_literals;

/// A stop request is noticed so soon.
constexpr Duration look = 50ms;
/// How long a server that drops us is tried again; a reset takes a few milliseconds.
constexpr Duration reset_patience = 3s;
constexpr Duration as_patience_lasts = 24h * 365;
constexpr Duration first_pause = 10ms;
constexpr Duration longest_pause = 200ms;

struct Free {
  void operator()(void* p) const noexcept { std::free(p); }
};
struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};
struct FreeAuthorisation {
  void operator()(Xauth* authorisation) const noexcept { XauDisposeAuth(authorisation); }
};

struct Place {
  std::string host;  ///< empty or "unix": this machine; "/...": a socket's path
  int display = 0;
  int screen = 0;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// What proves that we may connect: a protocol's name, and a secret.
struct Authorisation {
  std::string protocol;
  std::string secret;
};

/// What every answer to the setup request begins with.
struct SetupHead {
  std::uint8_t status = 0;
  std::uint8_t reason_length = 0;  ///< of a refusal's text, in bytes
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::uint16_t length = 0;  ///< of what follows, in units of four bytes
};
static_assert(sizeof(SetupHead) == 8);

Place parse(const std::string& display) {
  if (display.empty())
    throw DeviceError("no X display: DISPLAY is not set; set DISPLAY or use --backend virtual",
                      "XCB_CONN_CLOSED_PARSE_ERR");
  Place place;
  char* host = nullptr;
  const bool ok = xcb_parse_display(display.c_str(), &host, &place.display, &place.screen) != 0;
  const std::unique_ptr<char, Free> owned(host);
  if (!ok)
    throw DeviceError("'" + display + "' is not an X display; set DISPLAY to one like :0",
                      "XCB_CONN_CLOSED_PARSE_ERR");
  place.host = host;
  return place;
}

/// `name` begins with 0 for the abstract name space.
std::optional<Address> unix_address(std::string_view name) {
  sockaddr_un address{};
  if (name.size() >= sizeof address.sun_path) return std::nullopt;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  // An abstract name has its length, a path ends with a 0.
  const std::size_t end = name.front() == '\0' ? 0 : 1;
  Address a;
  a.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + end);
  std::memcpy(&a.storage, &address, sizeof address);
  return a;
}

std::vector<Address> local_addresses(const Place& place) {
  std::vector<std::string> names;
  if (place.host.starts_with('/')) {
    names = {place.host};
  } else if (place.host.empty() || place.host == "unix") {
    const std::string path = "/tmp/.X11-unix/X" + std::to_string(place.display);
    names = {std::string(1, '\0') + path, path};
  }
  std::vector<Address> addresses;
  for (const std::string& name : names)
    if (const auto address = unix_address(name)) addresses.push_back(*address);
  return addresses;
}

std::vector<Address> internet_addresses(const Place& place) {
  if (place.host.starts_with('/') || place.host == "unix") return {};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const std::string host = place.host.empty() ? "localhost" : place.host;
  const std::string port = std::to_string(std::int64_t{X_TCP_PORT} + place.display);
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &raw) != 0) return {};
  const std::unique_ptr<addrinfo, FreeAddresses> list(raw);
  std::vector<Address> addresses;
  for (const addrinfo* each = raw; each != nullptr; each = each->ai_next) {
    Address a;
    a.length = each->ai_addrlen;
    std::memcpy(&a.storage, each->ai_addr, each->ai_addrlen);
    addresses.push_back(a);
  }
  return addresses;
}

/// How X's authority files name the server at the other end.
struct Family {
  unsigned short number = FamilyLocal;
  std::string address;
};

Family internet_family(unsigned short number, const void* bytes, std::size_t size, bool loopback) {
  if (loopback) return {};
  return {number, std::string(static_cast<const char*>(bytes), size)};
}

Family family_of(const Address& peer) {
  if (peer.storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &peer.storage, sizeof in);
    return internet_family(XCB_FAMILY_INTERNET, &in.sin_addr, sizeof in.sin_addr,
                           in.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
  }
  if (peer.storage.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &peer.storage, sizeof in);
    if (!IN6_IS_ADDR_V4MAPPED(&in.sin6_addr))
      return internet_family(XCB_FAMILY_INTERNET_6, &in.sin6_addr, sizeof in.sin6_addr,
                             IN6_IS_ADDR_LOOPBACK(&in.sin6_addr));
    std::uint32_t old = 0;
    std::memcpy(&old, in.sin6_addr.s6_addr + 12, sizeof old);
    return internet_family(XCB_FAMILY_INTERNET, &old, sizeof old, old == htonl(INADDR_LOOPBACK));
  }
  return {};
}

/// The user's cookie for this server; empty if there is none, which many servers do not mind.
Authorisation authorisation_for(const Address& peer, int display) {
  Family family = family_of(peer);
  if (family.number == FamilyLocal) {
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    family.address = host.data();
  }
  const std::string number = std::to_string(display);
  std::string protocol = "MIT-MAGIC-COOKIE-1";
  char* protocols = protocol.data();
  const int length = static_cast<int>(protocol.size());
  // libXau keeps a file's name in a buffer of its own.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const std::unique_ptr<Xauth, FreeAuthorisation> found(XauGetBestAuthByAddr(
      family.number, static_cast<unsigned short>(family.address.size()), family.address.data(),
      static_cast<unsigned short>(number.size()), number.data(), 1, &protocols, &length));
  if (!found) return {};
  return {std::string(found->name, found->name_length),
          std::string(found->data, found->data_length)};
}

std::string padded(std::string text) {
  text.resize((text.size() + 3) / 4 * 4, '\0');
  return text;
}

std::string setup_request(const Authorisation& authorisation) {
  xcb_setup_request_t head{};
  const std::uint16_t one = 1;
  head.byte_order = *reinterpret_cast<const std::uint8_t*>(&one) == 1 ? 'l' : 'B';
  head.protocol_major_version = X_PROTOCOL;
  head.protocol_minor_version = X_PROTOCOL_REVISION;
  head.authorization_protocol_name_len = static_cast<std::uint16_t>(authorisation.protocol.size());
  head.authorization_protocol_data_len = static_cast<std::uint16_t>(authorisation.secret.size());
  return std::string(reinterpret_cast<const char*>(&head), sizeof head) +
         padded(authorisation.protocol) + padded(authorisation.secret);
}

/// Text of a server's own, fit for a terminal.
std::string harmless(std::string_view text) {
  std::string out;
  for (const char letter : text)
    if (letter != '\0') out.push_back(letter >= ' ' && letter <= '~' ? letter : ' ');
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Answers one setup request on `fd` with `setup`, as a server would. xcb must have sent its
/// request before the answer comes, so that this takes a thread; it ends when xcb has what it
/// wants, or hangs up.
std::jthread start_player(int fd, const std::vector<std::uint8_t>& setup) {
  const auto play = [fd, &setup] {
    std::array<char, sizeof(xcb_setup_request_t)> request{};
    if (::recv(fd, request.data(), request.size(), MSG_WAITALL) <= 0) return;
    for (std::size_t at = 0; at < setup.size();) {
      const ssize_t sent = ::send(fd, setup.data() + at, setup.size() - at, MSG_NOSIGNAL);
      if (sent < 0 && errno != EINTR) return;
      if (sent > 0) at += static_cast<std::size_t>(sent);
    }
  };
  try {
    return start_thread(play);
  } catch (const Error& error) {  // as a loss: it may go better the next time
    throw CaptureError(error.what());
  }
}

class Dialler {
 public:
  Dialler(const std::string& display, const Patience& patience)
      : display_(display),
        patience_(patience),
        deadline_(now() + patience.limit),
        place_(parse(display)) {}

  Dialled dial();

 private:
  using Bytes = std::vector<std::uint8_t>;

  void wait(int fd, short events, Duration longest);
  UniqueFd open();
  UniqueFd open(const std::vector<Address>& addresses);
  UniqueFd open(const Address& address);
  std::optional<Bytes> shake_hands(int fd);
  bool send_all(int fd, std::string_view bytes);
  bool receive_all(int fd, std::uint8_t* into, std::size_t count);
  Dialled adopt(const UniqueFd& server, const Bytes& setup) const;
  [[noreturn]] void fail(const std::string& why) const;

  const std::string& display_;
  const Patience& patience_;
  const TimePoint deadline_;
  const Place place_;
  Address peer_;  ///< of the socket that open() returned last
};

void Dialler::fail(const std::string& why) const {
  throw DeviceError("cannot connect to X display " + display_ + ": " + why +
                        "; check DISPLAY and XAUTHORITY, or use --backend virtual",
                    "XCB_CONN_ERROR");
}

/// For `longest` at most; with a descriptor, until it is ready. Throws when patience is over.
void Dialler::wait(int fd, short events, Duration longest) {
  for (const TimePoint end = now() + longest;;) {
    if (patience_.stop.stop_requested()) throw interrupted(display_);
    const TimePoint at = now();
    const Duration left = std::max(std::min({look, end - at, deadline_ - at}), Duration{});
    pollfd waiting{fd, events, 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    if (::poll(&waiting, 1, static_cast<int>(ms)) > 0) return;
    if (at >= end) return;
    if (at >= deadline_) throw silent(display_, patience_.limit);
  }
}

/// Not valid if nobody listens there.
UniqueFd Dialler::open(const Address& address) {
  UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return fd;
  if (address.storage.ss_family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }
  const auto* to = reinterpret_cast<const sockaddr*>(&address.storage);
  while (::connect(fd.get(), to, address.length) != 0) {
    if (errno == EAGAIN) {  // a Unix socket at which too many wait already
      wait(-1, 0, longest_pause);
      continue;
    }
    if (errno != EINPROGRESS && errno != EINTR) return UniqueFd();
    wait(fd.get(), POLLOUT, as_patience_lasts);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return UniqueFd();
    break;
  }
  peer_ = address;
  return fd;
}

UniqueFd Dialler::open(const std::vector<Address>& addresses) {
  for (const Address& address : addresses)
    if (UniqueFd fd = open(address); fd.valid()) return fd;
  return UniqueFd();
}

UniqueFd Dialler::open() {
  UniqueFd fd = open(local_addresses(place_));
  return fd.valid() ? std::move(fd) : open(internet_addresses(place_));
}

/// False if the server has hung up.
bool Dialler::send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else {
      if (errno != EAGAIN && errno != EINTR) return false;
      wait(fd, POLLOUT, as_patience_lasts);
    }
  }
  return true;
}

/// The same.
bool Dialler::receive_all(int fd, std::uint8_t* into, std::size_t count) {
  while (count > 0) {
    const ssize_t got = ::recv(fd, into, count, 0);
    if (got > 0) {
      into += got;
      count -= static_cast<std::size_t>(got);
    } else {
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) return false;
      wait(fd, POLLIN, as_patience_lasts);
    }
  }
  return true;
}

/// The server's whole reply; nullopt if it has hung up instead.
std::optional<Dialler::Bytes> Dialler::shake_hands(int fd) {
  constexpr std::uint8_t accepted = 1;
  if (!send_all(fd, setup_request(authorisation_for(peer_, place_.display)))) return std::nullopt;
  SetupHead head{};
  Bytes reply(sizeof head);
  if (!receive_all(fd, reply.data(), reply.size())) return std::nullopt;
  std::memcpy(&head, reply.data(), sizeof head);
  reply.resize(sizeof head + std::size_t{head.length} * 4);
  if (!receive_all(fd, reply.data() + sizeof head, reply.size() - sizeof head)) return std::nullopt;
  if (head.status != accepted) {
    const std::string_view all(reinterpret_cast<const char*>(reply.data()), reply.size());
    const std::string text = harmless(all.substr(sizeof head).substr(0, head.reason_length));
    fail("the server refuses us" + (text.empty() ? "" : " (" + text + ")"));
  }
  return reply;
}

/// xcb's own handshake waits without limit, so it is played to it from what the server told us;
/// then the server's socket takes that descriptor's place.
Dialled Dialler::adopt(const UniqueFd& server, const Bytes& setup) const {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    fail("no socket can be made, " + errno_name(errno));
  UniqueFd ours(pair[0]);
  const UniqueFd player(pair[1]);
  Dialled dialled;
  {
    const std::jthread playing = start_player(player.get(), setup);
    dialled.connection.reset(xcb_connect_to_fd(ours.release(), nullptr));
  }
  xcb_connection_t* c = dialled.connection.get();
  if (xcb_connection_has_error(c) != 0) fail("its first answer makes no sense");
  if (::dup3(server.get(), xcb_get_file_descriptor(c), O_CLOEXEC) < 0)
    fail("its socket cannot be used, " + errno_name(errno));
  if (place_.screen >= xcb_setup_roots_length(xcb_get_setup(c)))
    throw DeviceError(
        "the X server of display " + display_ + " has no such screen; set DISPLAY without one",
        "XCB_CONN_CLOSED_INVALID_SCREEN");
  dialled.screen = place_.screen;
  return dialled;
}

Dialled Dialler::dial() {
  const TimePoint last_try = now() + reset_patience;
  bool dropped = false;
  for (Duration pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
    const UniqueFd server = open();
    if (server.valid()) {
      if (const auto setup = shake_hands(server.get())) return adopt(server, *setup);
      dropped = true;
    }
    if (!dropped) fail("no server answers there");
    if (now() >= last_try) fail("the server closes the connection");
    wait(-1, 0, pause);
  }
}

}  // namespace

Dialled dial(const std::string& display, const Patience& patience) {
  return Dialler(display, patience).dial();
}

}  // namespace rustcam::x11
