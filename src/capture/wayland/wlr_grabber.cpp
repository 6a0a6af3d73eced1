#include "capture/wayland/wlr_grabber.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/wayland/shm_buffer.h"

namespace rustcam::wayland {
namespace {

/// From here on copy_with_damage exists.
constexpr std::uint32_t least_version = 2;
constexpr std::uint32_t lists_all_buffers = 3;
constexpr std::uint32_t flag_y_invert = 1;

bool same_pixels(const ShmBuffer& a, const ShmBuffer& b) {
  const BufferLayout& layout = a.layout();
  return std::memcmp(a.data(), b.data(),
                     static_cast<std::size_t>(layout.stride) *
                         static_cast<std::size_t>(layout.size.height)) == 0;
}

class WlrGrabber final : public Grabber {
 public:
  WlrGrabber(Connection& connection, const Output& output, bool pointer)
      : connection_(connection),
        output_(output),
        pointer_(pointer),
        manager_(connection.bind<zwlr_screencopy_manager_v1>(zwlr_screencopy_manager_v1_interface,
                                                             least_version)) {
    if (!manager_) throw DuplicationError("the compositor does not offer wlr-screencopy");
    request();
  }

  State state() const noexcept override { return state_; }
  Grab take() override;
  void retry() override;
  std::string reason() const override { return reason_; }

 private:
  struct Events;
  void request();
  void copy();
  void fail(std::string why);

  Connection& connection_;
  const Output& output_;
  bool pointer_;
  Proxy<zwlr_screencopy_manager_v1> manager_;
  /// One is read while the compositor writes the other.
  std::array<std::unique_ptr<ShmBuffer>, 2> buffers_;
  Proxy<zwlr_screencopy_frame_v1> frame_;  ///< ends before the buffer that it may be writing to
  std::size_t writing_ = 0;
  State state_ = State::waiting;
  std::string reason_;

  // Of the frame that is under way.
  std::vector<BufferLayout> offered_;
  /// Copies since a failure or a change of size. The first does not wait for damage, and what the
  /// second tells as changed may count from nowhere, or be nothing: compositors begin to watch at
  /// different times.
  int copies_ = 0;
  bool y_invert_ = false;
  Region damage_;
  bool damage_told_ = false;
  bool copying_ = false;  ///< the compositor has the buffer
  Size mode_;             ///< of the output when it was asked for
  std::optional<TimePoint> presented_;
};

struct WlrGrabber::Events {
  static WlrGrabber& of(void* data) { return *static_cast<WlrGrabber*>(data); }

  static void buffer(void* data, zwlr_screencopy_frame_v1* frame, std::uint32_t format,
                     std::uint32_t width, std::uint32_t height, std::uint32_t stride) {
    constexpr std::uint32_t most = 65535;
    constexpr std::uint32_t most_bytes = INT32_MAX;
    // Sizes beyond these are told as failures when they are tried.
    const Size size{static_cast<std::int32_t>(std::min(width, most + 1)),
                    static_cast<std::int32_t>(std::min(height, most + 1))};
    of(data).offered_.push_back(
        {format, size, static_cast<std::int32_t>(std::min(stride, most_bytes))});
    if (zwlr_screencopy_frame_v1_get_version(frame) < lists_all_buffers) of(data).copy();
  }
  static void flags(void* data, zwlr_screencopy_frame_v1*, std::uint32_t flags) {
    of(data).y_invert_ = (flags & flag_y_invert) != 0;
  }
  static void ready(void* data, zwlr_screencopy_frame_v1*, std::uint32_t high, std::uint32_t low,
                    std::uint32_t nanoseconds) {
    // A picture that was asked for in the last mode holds a part of the first one in this mode.
    if (of(data).output_.state().mode != of(data).mode_) return of(data).request();
    WlrGrabber& self = of(data);
    if (self.state_ != State::waiting) return;
    if (!self.copying_) return self.fail("the compositor told of a picture that was not asked for");
    self.presented_ = sensible_time(high, low, nanoseconds);
    self.state_ = State::ready;
  }
  static void failed(void* data, zwlr_screencopy_frame_v1*) {
    of(data).fail("the compositor could not copy the output");
  }
  static void damage(void* data, zwlr_screencopy_frame_v1*, std::uint32_t x, std::uint32_t y,
                     std::uint32_t width, std::uint32_t height) {
    static constexpr std::uint32_t most = INT32_MAX;
    const auto whole = [](std::uint32_t v) { return static_cast<std::int32_t>(std::min(v, most)); };
    WlrGrabber& self = of(data);
    self.damage_told_ = true;
    Rect r = Rect::of(Point{whole(x), whole(y)}, {whole(width), whole(height)});
    if (const auto& b = self.buffers_[self.writing_]) r = intersect(r, Rect::of(b->layout().size));
    self.damage_.add(r);
  }
  static void linux_dmabuf(void*, zwlr_screencopy_frame_v1*, std::uint32_t, std::uint32_t,
                           std::uint32_t) {}
  static void buffer_done(void* data, zwlr_screencopy_frame_v1*) { of(data).copy(); }
};

void WlrGrabber::request() {
  state_ = State::waiting;
  offered_.clear();
  damage_.clear();
  damage_told_ = false;
  copying_ = false;
  y_invert_ = false;
  presented_.reset();
  mode_ = output_.state().mode;
  frame_.reset(
      zwlr_screencopy_manager_v1_capture_output(manager_.get(), pointer_ ? 1 : 0, output_.get()));
  static constexpr zwlr_screencopy_frame_v1_listener listener{
      &Events::buffer, &Events::flags,        &Events::ready,      &Events::failed,
      &Events::damage, &Events::linux_dmabuf, &Events::buffer_done};
  zwlr_screencopy_frame_v1_add_listener(frame_.get(), &listener, this);
}

void WlrGrabber::fail(std::string why) {
  reason_ = std::move(why);
  state_ = State::failed;
  copies_ = 0;
}

/// Called inside of an event, so nothing may be thrown.
void WlrGrabber::copy() {
  // Asking twice would end the connection, however often the compositor says that it is ready.
  if (copying_ || state_ != State::waiting) return;
  std::vector<std::uint32_t> codes;
  for (const BufferLayout& layout : offered_) codes.push_back(layout.format);
  const BufferFormat* format = best_format(codes);
  if (format == nullptr)
    return fail(codes.empty() ? "the compositor offers no shared memory to copy into"
                              : "the compositor offers no pixel format that can be read");
  const BufferLayout wanted = *std::ranges::find(offered_, format->code, &BufferLayout::format);
  if (wanted.stride < std::int64_t{wanted.size.width} * format->bytes)
    return fail("the compositor asks for rows of " + std::to_string(wanted.stride) +
                " bytes, which are too short for " + std::to_string(wanted.size.width) + " pixels");
  // What changed with the size was told of a copy that does not show it. The screen may be still
  // now, and nothing more would come.
  if (const auto& last = buffers_[1 - writing_]; last && last->layout().size != wanted.size)
    copies_ = 0;
  std::unique_ptr<ShmBuffer>& buffer = buffers_[writing_];
  try {
    if (!buffer || buffer->layout() != wanted)
      buffer = std::make_unique<ShmBuffer>(connection_, wanted);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  copying_ = true;
  if (copies_ == 0)
    zwlr_screencopy_frame_v1_copy(frame_.get(), buffer->get());
  else
    zwlr_screencopy_frame_v1_copy_with_damage(frame_.get(), buffer->get());
}

Grab WlrGrabber::take() {
  const ShmBuffer& buffer = *buffers_[writing_];
  const BufferLayout& layout = buffer.layout();
  Grab grab;
  grab.view = view_of(buffer, Transform{0, y_invert_});
  const auto& other = buffers_[1 - writing_];
  const bool same_as_before = other && other->layout() == layout;
  if (++copies_ > 2 && same_as_before && damage_told_) grab.damage = damage_;
  if (copies_ == 2 && same_as_before && same_pixels(buffer, *other)) grab.damage = Region();
  grab.presented = presented_;
  writing_ = 1 - writing_;
  request();
  return grab;
}

void WlrGrabber::retry() {
  request();
}

}  // namespace

bool offers_wlr(const Connection& connection) noexcept {
  const Global* global = connection.find_global(zwlr_screencopy_manager_v1_interface.name);
  return global != nullptr && global->version >= least_version;
}

std::unique_ptr<Grabber> open_wlr_grabber(Connection& connection, const Output& output,
                                          bool pointer) {
  return std::make_unique<WlrGrabber>(connection, output, pointer);
}

}  // namespace rustcam::wayland
