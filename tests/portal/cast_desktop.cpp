#include "cast_desktop.h"

#include <poll.h>
#include <spa/support/loop.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace rustcam::test {
namespace {

/// How soon to look again for room for a picture.
constexpr std::chrono::milliseconds retry{4};
constexpr std::chrono::seconds patience{60};

}  // namespace

CastDesktop::CastDesktop(const Personality& who, std::string scene, Size size, Rational hz,
                         Tell tell)
    : screen_(std::move(scene), size, hz),
      desk_{.who = who, .screen = screen_, .tell = std::move(tell)},
      loop_(pw_loop_new(nullptr)),
      context_(loop_ ? pw_context_new(loop_.get(), nullptr, 0) : nullptr),
      core_(context_ ? pw_context_connect(context_.get(), nullptr, 0) : nullptr) {
  if (core_ == nullptr) throw std::runtime_error("PipeWire is not there");
  pw_loop_enter(loop_.get());
}

CastDesktop::~CastDesktop() {
  nodes_.clear();
  pw_core_disconnect(core_);
  pw_loop_leave(loop_.get());
}

std::uint32_t CastDesktop::begin(std::uint32_t cursor_mode) {
  auto node = std::make_unique<CastNode>(core_, desk_, cursor_mode);
  const TimePoint deadline = now() + patience;
  while (!node->id()) {
    if (now() > deadline) throw std::runtime_error("PipeWire takes no node");
    pw_loop_iterate(loop_.get(), 100);
  }
  if (stalled_) node->set_active(false);
  const std::uint32_t id = *node->id();
  nodes_[id] = std::move(node);
  return id;
}

UniqueFd CastDesktop::open_remote() {
  const char* const folder = std::getenv("XDG_RUNTIME_DIR");
  const std::string path = std::string(folder != nullptr ? folder : "") + "/pipewire-0";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (path.size() >= sizeof address.sun_path)
    throw std::runtime_error("the path of PipeWire's socket is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("PipeWire takes no connection");
  return fd;
}

void CastDesktop::resize(Size size) {
  screen_.resize(size);
  for (const auto& [id, node] : nodes_) node->renegotiate();
}

void CastDesktop::show_again() {
  for (const auto& [id, node] : nodes_) node->forget_sent();
}

void CastDesktop::stall() {
  stalled_ = true;
  for (const auto& [id, node] : nodes_) node->set_active(false);
}

void CastDesktop::resume() {
  stalled_ = false;
  for (const auto& [id, node] : nodes_) node->set_active(true);
}

int CastDesktop::descriptor() const {
  return pw_loop_get_fd(loop_.get());
}

void CastDesktop::turn() {
  while (pw_loop_iterate(loop_.get(), 0) > 0) {
  }
  screen_.advance(now());
  behind_ = false;
  for (const auto& [id, node] : nodes_) behind_ = !node->show() || behind_;
}

std::optional<TimePoint> CastDesktop::next_turn() const {
  std::optional<TimePoint> next;
  if (nodes_.empty()) return next;
  next = screen_.next_picture();
  if (behind_) next = std::min(next.value_or(TimePoint::max()), now() + retry);
  return next;
}

}  // namespace rustcam::test
