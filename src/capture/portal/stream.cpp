#include "capture/portal/stream.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/portal/pipewire_library.h"
#include "capture/portal/pods.h"
#include "capture/portal/reception.h"
#include "platform/fd_waiter_posix.h"

namespace rustcam::portal {
namespace {

/// Of the loop's thread, which calls all listeners with it.
class LoopLock {
 public:
  explicit LoopLock(pw_thread_loop* loop) : loop_(loop) { pipewire().thread_loop_lock(loop_); }
  ~LoopLock() { pipewire().thread_loop_unlock(loop_); }
  LoopLock(const LoopLock&) = delete;
  LoopLock& operator=(const LoopLock&) = delete;

 private:
  pw_thread_loop* loop_;
};

DeviceError no_connection(int reason) {
  return DeviceError(
      "cannot talk to PipeWire (" + errno_name(reason) +
          "); is all of it installed (Debian: libpipewire-0.3-modules, libpipewire-0.3-common)?",
      errno_name(reason));
}

}  // namespace

struct Stream::Impl {
  explicit Impl(bool keep_pointer)
      : event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), reception(keep_pointer, [this] { tell(); }) {
    if (!event.valid())
      throw DeviceError("the system has no descriptors left; raise the limit (ulimit -n)",
                        errno_name(errno));
  }
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void connect(UniqueFd remote);
  void begin(const NodeAddress& node);
  void await_answer(const Patience& patience);

  void tell() const noexcept {
    static_cast<void>(eventfd_write(event.get(), 1));  // fails only if it is told already
  }
  /// Nothing that is thrown may go through PipeWire's code.
  template <typename Work>
  static void guarded(void* self, const Work& work) noexcept {
    Reception& reception = static_cast<Impl*>(self)->reception;
    try {
      work(reception);
    } catch (const std::exception& error) {
      reception.fail(error.what());
    }
  }
  struct Events;

  UniqueFd event;
  Reception reception;
  bool answered = false;
  pw_thread_loop* loop = nullptr;
  pw_context* context = nullptr;
  pw_core* core = nullptr;
  pw_stream* stream = nullptr;
  spa_hook core_hook{};
  spa_hook stream_hook{};
};

struct Stream::Impl::Events {
  static void answered(void* self, std::uint32_t id, int) {
    if (id != PW_ID_CORE) return;
    auto& impl = *static_cast<Impl*>(self);
    impl.answered = true;
    impl.tell();
  }
  static void core_failed(void* self, std::uint32_t id, int, int result, const char* message) {
    // What goes wrong with the stream alone, it tells itself.
    if (id != PW_ID_CORE) return;
    guarded(self, [&](Reception& r) {
      if (result == -EPIPE)
        r.lose_pipewire("PipeWire has gone; start it again (systemctl --user restart pipewire)");
      else
        r.fail(std::string("PipeWire refuses the screen cast: ") +
               (message == nullptr ? errno_name(-result) : message));
    });
  }
  static void state_changed(void* self, pw_stream_state, pw_stream_state state, const char* error) {
    guarded(self, [&](Reception& r) { r.state_changed(state, error); });
  }
  static void param_changed(void* self, std::uint32_t id, const spa_pod* param) {
    if (id == SPA_PARAM_Format) guarded(self, [&](Reception& r) { r.format_changed(param); });
  }
  static void add_buffer(void* self, pw_buffer* buffer) {
    guarded(self, [&](Reception& r) { r.add_buffer(buffer); });
  }
  static void remove_buffer(void* self, pw_buffer* buffer) {
    guarded(self, [&](Reception& r) { r.remove_buffer(buffer); });
  }
  static void process(void* self) {
    guarded(self, [](Reception& r) { r.receive_all(); });
  }

  static const pw_core_events* of_core() {
    static const pw_core_events events = [] {
      pw_core_events e{};
      e.version = PW_VERSION_CORE_EVENTS;
      e.done = &answered;
      e.error = &core_failed;
      return e;
    }();
    return &events;
  }
  static const pw_stream_events* of_stream() {
    static const pw_stream_events events = [] {
      pw_stream_events e{};
      e.version = PW_VERSION_STREAM_EVENTS;
      e.state_changed = &state_changed;
      e.param_changed = &param_changed;
      e.add_buffer = &add_buffer;
      e.remove_buffer = &remove_buffer;
      e.process = &process;
      return e;
    }();
    return &events;
  }
};

Stream::Impl::~Impl() {
  const PipewireLibrary& l = pipewire();
  // Once the thread has ended, all is ours.
  if (loop != nullptr) l.thread_loop_stop(loop);
  if (stream != nullptr) l.stream_destroy(stream);
  reception.belong_to(nullptr);
  if (core != nullptr) l.core_disconnect(core);
  if (context != nullptr) l.context_destroy(context);
  if (loop != nullptr) l.thread_loop_destroy(loop);
}

void Stream::Impl::connect(UniqueFd remote) {
  const PipewireLibrary& l = pipewire();
  loop = l.thread_loop_new("screen-cast", nullptr);
  if (loop == nullptr) throw no_connection(errno);
  context = l.context_new(l.thread_loop_get_loop(loop), nullptr, 0);
  if (context == nullptr) throw no_connection(errno);
  if (l.thread_loop_start(loop) < 0)
    throw DeviceError("PipeWire cannot start a thread; raise the limit on processes (ulimit -u)");
  const LoopLock lock(loop);
  core = l.context_connect_fd(context, remote.release(), nullptr, 0);
  if (core == nullptr) throw no_connection(errno);
  // As pw_core_add_listener() and pw_core_sync() do it, which are macros for C.
  const spa_callbacks& calls = reinterpret_cast<const spa_interface*>(core)->cb;
  const auto* methods = static_cast<const pw_core_methods*>(calls.funcs);
  methods->add_listener(calls.data, &core_hook, Events::of_core(), this);
  methods->sync(calls.data, PW_ID_CORE, 0);
}

void Stream::Impl::begin(const NodeAddress& node) {
  const PipewireLibrary& l = pipewire();
  const LoopLock lock(loop);
  // The properties go to the stream.
  pw_properties* properties =
      l.properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY, "Capture",
                       PW_KEY_MEDIA_ROLE, "Screen", PW_KEY_NODE_DONT_RECONNECT, "true", nullptr);
  if (node.serial)
    l.properties_set(properties, PW_KEY_TARGET_OBJECT, std::to_string(*node.serial).c_str());
  stream = l.stream_new(core, "rustcam-cli", properties);
  if (stream == nullptr) throw no_connection(errno);
  reception.belong_to(stream);
  l.stream_add_listener(stream, &stream_hook, Events::of_stream(), this);
  const Pods offers = Pods::formats();
  std::vector<const spa_pod*> list = offers.list();
  const int result = l.stream_connect(
      stream, PW_DIRECTION_INPUT, node.serial ? PW_ID_ANY : node.id,
      static_cast<pw_stream_flags>(PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_DONT_RECONNECT),
      list.data(), static_cast<std::uint32_t>(list.size()));
  if (result < 0) throw no_connection(-result);
}

void Stream::Impl::await_answer(const Patience& patience) {
  const FdWaiter waiter;
  const std::stop_callback wake(patience.stop, [&] { waiter.wake(); });
  const TimePoint until = now() + patience.limit;
  for (;;) {
    {
      const LoopLock lock(loop);
      if (reception.status().state == State::failed) throw DeviceError(reception.failure());
      if (answered) return;
    }
    if (patience.stop.stop_requested())
      throw Interrupted("stopped while waiting for an answer of PipeWire");
    if (now() >= until) throw AccessLost("PipeWire does not answer");
    eventfd_t count = 0;
    if (waiter.wait(event.get(), POLLIN, until)) eventfd_read(event.get(), &count);
  }
}

std::string Stream::reason_against() {
  try {
    pipewire();
    return {};
  } catch (const DeviceError& error) {
    return error.what();
  }
}

Stream::Stream(UniqueFd remote, const NodeAddress& node, bool keep_pointer,
               const Patience& patience)
    : impl_(std::make_unique<Impl>(keep_pointer)) {
  impl_->connect(std::move(remote));
  impl_->await_answer(patience);
  impl_->begin(node);
  impl_->tell();
}

Stream::~Stream() = default;

int Stream::descriptor() const noexcept {
  return impl_->event.get();
}

Stream::Status Stream::look() {
  eventfd_t count = 0;
  static_cast<void>(eventfd_read(impl_->event.get(), &count));  // fails if nothing has come
  const LoopLock lock(impl_->loop);
  const Reception::Nudge nudge = impl_->reception.nudge(now());
  if (nudge != Reception::Nudge::none)
    pipewire().stream_set_active(impl_->stream, nudge == Reception::Nudge::go_on);
  return impl_->reception.status();
}

std::string Stream::failure() const {
  const LoopLock lock(impl_->loop);
  return impl_->reception.failure();
}

std::optional<Size> Stream::size() const {
  const LoopLock lock(impl_->loop);
  return impl_->reception.size();
}

bool Stream::has_picture() const {
  const LoopLock lock(impl_->loop);
  return impl_->reception.has_picture();
}

std::optional<Arrival> Stream::take() {
  const LoopLock lock(impl_->loop);
  return impl_->reception.take();
}

bool Stream::give_back_before() {
  const LoopLock lock(impl_->loop);
  return impl_->reception.give_back_before();
}

Pointer Stream::pointer() const {
  const LoopLock lock(impl_->loop);
  return impl_->reception.pointer();
}

}  // namespace rustcam::portal
