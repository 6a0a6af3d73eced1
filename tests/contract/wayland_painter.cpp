#include "wayland_painter.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace rustcam::test {
namespace {

constexpr std::uint32_t display = 1;
constexpr std::uint32_t overlay_layer = 3;
constexpr std::uint32_t all_edges = 15;
constexpr std::uint32_t xrgb8888 = 1;
constexpr int patience_ms = 20'000;

std::uint32_t word(std::int32_t value) {
  return static_cast<std::uint32_t>(value);
}

/// A string as the protocol writes it: its length with the closing zero, and its bytes in whole
/// words.
void append(std::vector<std::uint32_t>& body, const std::string& text) {
  body.push_back(static_cast<std::uint32_t>(text.size() + 1));
  const std::size_t at = body.size();
  body.resize(at + text.size() / 4 + 1);
  std::memcpy(body.data() + at, text.data(), text.size());
}

}  // namespace

WaylandPainter::WaylandPainter(const std::string& socket, Size size)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      size_(size),
      picture_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot reach the compositor");
  handlers_[display] = [](std::uint32_t event, const Words&) {
    if (event == 0) throw std::runtime_error("the compositor tells a protocol error");
  };
  registry_ = make([this](std::uint32_t event, const Words& body) { learn(event, body); });
  send(display, 1, {registry_});
  sync();
  shm_ = bind("wl_shm", 1);
  cover();
  show(Rect::of(size_));
}

WaylandPainter::~WaylandPainter() {
  close(fd_);
}

void WaylandPainter::fill(const Rect& rect, std::uint32_t color) {
  for (std::int32_t y = rect.top; y < rect.bottom; ++y)
    for (std::int32_t x = rect.left; x < rect.right; ++x)
      picture_[static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width) +
               static_cast<std::size_t>(x)] = color;
  show(rect);
}

std::uint32_t WaylandPainter::make(Handler handler) {
  handlers_[++last_id_] = std::move(handler);
  return last_id_;
}

void WaylandPainter::send(std::uint32_t object, std::uint32_t request, const Words& body, int fd) {
  Words message{object, static_cast<std::uint32_t>((body.size() + 2) * 4) << 16 | request};
  message.insert(message.end(), body.begin(), body.end());
  iovec part{message.data(), message.size() * 4};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (fd >= 0) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  // All that we say fits into the socket's buffer.
  if (sendmsg(fd_, &header, MSG_NOSIGNAL) != static_cast<ssize_t>(part.iov_len))
    throw std::runtime_error("the compositor takes nothing any more");
}

void WaylandPainter::learn(std::uint32_t event, const Words& body) {
  if (event == 0) globals_.push_back({body.at(0), reinterpret_cast<const char*>(body.data() + 2)});
}

std::uint32_t WaylandPainter::bind(const std::string& interface, std::uint32_t version) {
  for (const Global& each : globals_) {
    if (each.interface != interface) continue;
    Words body{each.number};
    append(body, interface);
    const std::uint32_t id = make();
    body.insert(body.end(), {version, id});
    send(registry_, 0, body);
    return id;
  }
  throw std::runtime_error("the compositor has no " + interface);
}

/// Waits for one message, and has it handled.
void WaylandPainter::dispatch() {
  while (incoming_.size() < 2 || incoming_.size() < (incoming_[1] >> 16) / 4) {
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, patience_ms) <= 0) throw std::runtime_error("the compositor is silent");
    // Messages are whole words, and a peer of this machine writes them whole.
    std::array<std::uint32_t, 1024> words{};
    const ssize_t got = recv(fd_, words.data(), sizeof words, 0);
    if (got <= 0 || got % 4 != 0) throw std::runtime_error("the compositor has gone");
    incoming_.insert(incoming_.end(), words.begin(), words.begin() + got / 4);
  }
  const auto size = static_cast<std::ptrdiff_t>((incoming_[1] >> 16) / 4);
  const std::uint32_t object = incoming_[0];
  const std::uint32_t event = incoming_[1] & 0xffff;
  const Words body(incoming_.begin() + 2, incoming_.begin() + size);
  incoming_.erase(incoming_.begin(), incoming_.begin() + size);
  const auto found = handlers_.find(object);
  if (found != handlers_.end() && found->second) found->second(event, body);
}

void WaylandPainter::wait_for(const bool& done) {
  while (!done) dispatch();
}

void WaylandPainter::sync() {
  bool done = false;
  send(display, 0, {make([&done](std::uint32_t, const Words&) { done = true; })});
  wait_for(done);
}

/// Makes a surface above all others, as large as the output.
void WaylandPainter::cover() {
  const std::uint32_t compositor = bind("wl_compositor", 4);
  const std::uint32_t shell = bind("zwlr_layer_shell_v1", 1);
  const std::uint32_t output = bind("wl_output", 1);
  surface_ = make();
  send(compositor, 0, {surface_});
  bool configured = false;
  const std::uint32_t layer = make();
  handlers_[layer] = [this, layer, &configured](std::uint32_t event, const Words& body) {
    if (event != 0) return;
    send(layer, 6, {body.at(0)});
    configured = true;
  };
  Words body{layer, surface_, output, overlay_layer};
  append(body, "rustcam-test");
  send(shell, 0, body);
  send(layer, 1, {all_edges});
  send(layer, 2, {word(-1)});
  send(surface_, 6, {});
  wait_for(configured);
  handlers_[layer] = [this, layer](std::uint32_t event, const Words& told) {
    if (event == 0) send(layer, 6, {told.at(0)});
  };
}

/// A buffer of its own for each picture: the compositor may still read the last one.
std::uint32_t WaylandPainter::make_buffer() {
  const std::size_t bytes = picture_.size() * 4;
  const int memory = memfd_create("rustcam-test", MFD_CLOEXEC);
  if (memory < 0 || write(memory, picture_.data(), bytes) != static_cast<ssize_t>(bytes))
    throw std::runtime_error("no memory for a picture");
  const std::uint32_t pool = make();
  const std::uint32_t buffer = make();
  send(shm_, 0, {pool, static_cast<std::uint32_t>(bytes)}, memory);
  close(memory);
  send(pool, 0,
       {buffer, 0, word(size_.width), word(size_.height), word(size_.width * 4), xrgb8888});
  send(pool, 1, {});
  return buffer;
}

void WaylandPainter::show(const Rect& changed) {
  const std::uint32_t before = std::exchange(buffer_, make_buffer());
  bool shown = false;
  send(surface_, 1, {buffer_, 0, 0});
  send(surface_, 9,
       {word(changed.left), word(changed.top), word(changed.size().width),
        word(changed.size().height)});
  send(surface_, 3, {make([&shown](std::uint32_t, const Words&) { shown = true; })});
  send(surface_, 6, {});
  wait_for(shown);
  if (before != 0) send(before, 0, {});
}

}  // namespace rustcam::test
