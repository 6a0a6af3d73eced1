#include "cast_desktop.h"

#include <pipewire/keys.h>
#include <poll.h>
#include <spa/support/loop.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace rustcam::test {
namespace {

/// How soon to look again for room for a picture.
constexpr std::chrono::milliseconds retry{4};
constexpr std::chrono::seconds patience{60};

/// Only the registry tells serial numbers. On a connection of its own: PipeWire 0.3.65 now and then
/// hands out buffers without memory if their maker has it.
class Registry {
 public:
  explicit Registry(pw_context* context) : core_(pw_context_connect(context, nullptr, 0)) {
    if (core_ == nullptr) throw std::runtime_error("PipeWire is not there");
    proxy_ = of(core_);
    if (proxy_ == nullptr) throw std::runtime_error("PipeWire has no registry");
    const spa_callbacks& calls = reinterpret_cast<const spa_interface*>(proxy_)->cb;
    static_cast<const pw_registry_methods*>(calls.funcs)
        ->add_listener(calls.data, &hook_, &events(), this);
  }
  ~Registry() {
    spa_hook_remove(&hook_);
    pw_proxy_destroy(reinterpret_cast<pw_proxy*>(proxy_));
    pw_core_disconnect(core_);
  }
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// nullopt: not told yet.
  std::optional<std::uint64_t> serial_of(std::uint32_t id) const {
    const auto found = serials_.find(id);
    return found == serials_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  // As pw_core_get_registry() and pw_registry_add_listener() do it, which are macros for C.
  static pw_registry* of(pw_core* core) {
    const spa_callbacks& calls = reinterpret_cast<const spa_interface*>(core)->cb;
    return static_cast<const pw_core_methods*>(calls.funcs)
        ->get_registry(calls.data, PW_VERSION_REGISTRY, 0);
  }
  static const pw_registry_events& events() noexcept {
    static const pw_registry_events events = [] {
      pw_registry_events made{};
      made.version = PW_VERSION_REGISTRY_EVENTS;
      made.global = [](void* self, std::uint32_t id, std::uint32_t, const char*, std::uint32_t,
                       const spa_dict* properties) {
        const char* const serial = spa_dict_lookup(properties, PW_KEY_OBJECT_SERIAL);
        if (serial != nullptr)
          static_cast<Registry*>(self)->serials_[id] = std::strtoull(serial, nullptr, 10);
      };
      made.global_remove = [](void* self, std::uint32_t id) {
        static_cast<Registry*>(self)->serials_.erase(id);
      };
      return made;
    }();
    return events;
  }

  pw_core* core_;
  pw_registry* proxy_ = nullptr;
  spa_hook hook_{};
  std::map<std::uint32_t, std::uint64_t> serials_;
};

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

CastDesktop::Begun CastDesktop::begin(std::uint32_t cursor_mode) {
  auto node = std::make_unique<CastNode>(core_, desk_, cursor_mode);
  const TimePoint deadline = now() + patience;
  Begun begun;
  {
    const Registry registry(context_.get());
    while (!node->id() || !registry.serial_of(*node->id())) {
      if (now() > deadline) throw std::runtime_error("PipeWire takes no node");
      pw_loop_iterate(loop_.get(), 100);
    }
    begun = {*node->id(), *registry.serial_of(*node->id())};
  }
  if (stalled_) node->set_active(false);
  nodes_[begun.node] = std::move(node);
  return begun;
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
