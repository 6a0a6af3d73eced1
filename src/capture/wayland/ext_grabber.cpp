#include "capture/wayland/ext_grabber.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/wayland/shm_buffer.h"

namespace rustcam::wayland {
namespace {

constexpr std::size_t max_rects = 16;
enum class Reason : std::uint32_t { unknown = 0, buffer_constraints, stopped };

/// What the compositor demands of buffers.
struct Constraints {
  Size size;
  std::vector<std::uint32_t> formats;
  friend bool operator==(const Constraints&, const Constraints&) = default;
};

/// A buffer and what it is behind by: the compositor brings only that up to date.
struct Target {
  std::unique_ptr<ShmBuffer> buffer;
  Region debt;
};

class ExtGrabber final : public Grabber {
 public:
  ExtGrabber(Connection& connection, Proxy<ext_image_copy_capture_session_v1> session,
             bool keep_alpha);

  State state() const noexcept override { return state_; }
  Grab take() override;
  void retry() override;
  std::string reason() const override { return reason_; }

 private:
  struct Events;
  void request() noexcept;
  void try_request();
  Target& fitting_target();
  void fail(std::string why, State state = State::failed) noexcept;

  Connection& connection_;
  bool keep_alpha_;
  Constraints coming_;
  Constraints constraints_;
  Proxy<ext_image_copy_capture_session_v1> session_;
  /// One is read while the compositor writes the other.
  std::array<Target, 2> targets_;
  /// At most one at a time: a second one is an error that ends the connection. Ends before the
  /// buffer that it may be writing to.
  Proxy<ext_image_copy_capture_frame_v1> frame_;
  std::size_t writing_ = 0;
  State state_ = State::waiting;
  std::string reason_;

  // Of the frame that is under way.
  Transform transform_;
  Region damage_;
  bool damage_told_ = false;
  std::optional<TimePoint> presented_;
};

struct ExtGrabber::Events {
  static ExtGrabber& of(void* data) { return *static_cast<ExtGrabber*>(data); }

  static void buffer_size(void* data, ext_image_copy_capture_session_v1*, std::uint32_t width,
                          std::uint32_t height) {
    // Sizes beyond 16 bits are told as failures when they are tried.
    constexpr std::uint32_t most = 65536;
    const auto side = [](std::uint32_t v) {
      return static_cast<std::int32_t>(v < most ? v : most);
    };
    of(data).coming_.size = {side(width), side(height)};
  }
  static void shm_format(void* data, ext_image_copy_capture_session_v1*, std::uint32_t format) {
    of(data).coming_.formats.push_back(format);
  }
  static void dmabuf_device(void*, ext_image_copy_capture_session_v1*, wl_array*) {}
  static void dmabuf_format(void*, ext_image_copy_capture_session_v1*, std::uint32_t, wl_array*) {}
  static void done(void* data, ext_image_copy_capture_session_v1*) {
    ExtGrabber& self = of(data);
    const Constraints told = std::exchange(self.coming_, {});
    if (told == self.constraints_ && self.frame_) return;
    self.constraints_ = told;
    // A picture that waits to be taken is of the old size, and whole. One that is under way would
    // only come back as failed.
    if (self.state_ == State::waiting) self.request();
  }
  static void stopped(void* data, ext_image_copy_capture_session_v1*) {
    of(data).fail("the compositor has ended the capture", State::stopped);
  }

  static void transform(void* data, ext_image_copy_capture_frame_v1*, std::uint32_t number) {
    of(data).transform_ = Transform::of(number).value_or(Transform{});
  }
  static void damage(void* data, ext_image_copy_capture_frame_v1*, std::int32_t x, std::int32_t y,
                     std::int32_t width, std::int32_t height) {
    ExtGrabber& self = of(data);
    self.damage_told_ = true;
    const Target& target = self.targets_[self.writing_];
    if (!target.buffer || width <= 0 || height <= 0) return;
    self.damage_.add(
        intersect(Rect::of(Point{x, y}, {width, height}), Rect::of(target.buffer->layout().size)));
  }
  static void presentation_time(void* data, ext_image_copy_capture_frame_v1*, std::uint32_t high,
                                std::uint32_t low, std::uint32_t nanoseconds) {
    of(data).presented_ = sensible_time(high, low, nanoseconds);
  }
  static void ready(void* data, ext_image_copy_capture_frame_v1*) {
    if (of(data).state_ == State::waiting) of(data).state_ = State::ready;
  }
  static void failed(void* data, ext_image_copy_capture_frame_v1*, std::uint32_t number) {
    ExtGrabber& self = of(data);
    const auto reason = static_cast<Reason>(number);
    if (reason == Reason::stopped)
      self.fail("the compositor has ended the capture", State::stopped);
    else if (reason == Reason::buffer_constraints)
      self.fail("the compositor wants pictures of another size or format");
    else
      self.fail("the compositor could not copy the output");
  }
};

ExtGrabber::ExtGrabber(Connection& connection, Proxy<ext_image_copy_capture_session_v1> session,
                       bool keep_alpha)
    : connection_(connection), keep_alpha_(keep_alpha), session_(std::move(session)) {
  static constexpr ext_image_copy_capture_session_v1_listener listener{
      &Events::buffer_size,   &Events::shm_format, &Events::dmabuf_device,
      &Events::dmabuf_format, &Events::done,       &Events::stopped};
  ext_image_copy_capture_session_v1_add_listener(session_.get(), &listener, this);
}

void ExtGrabber::fail(std::string why, State state) noexcept {
  if (state_ == State::stopped) return;
  reason_ = std::move(why);
  state_ = state;
  // Nobody knows how much of it was written.
  Target& target = targets_[writing_];
  if (target.buffer) target.debt = Region(Rect::of(target.buffer->layout().size));
}

Target& ExtGrabber::fitting_target() {
  std::vector<std::uint32_t> codes;
  for (const std::uint32_t code : constraints_.formats)
    if (const BufferFormat* format = buffer_format(code); format && (format->alpha || !keep_alpha_))
      codes.push_back(code);
  const BufferFormat* format = best_format(codes);
  if (format == nullptr)
    throw DuplicationError("the compositor offers no pixel format that can be read");
  const Size size = constraints_.size;
  const BufferLayout layout{format->code, size, size.width * format->bytes};
  Target& target = targets_[writing_];
  if (!target.buffer || target.buffer->layout() != layout) {
    target.buffer.reset();
    target.buffer = std::make_unique<ShmBuffer>(connection_, layout);
    target.debt = Region(Rect::of(size));
  }
  return target;
}

void ExtGrabber::try_request() {
  state_ = State::waiting;
  frame_.reset();
  if (constraints_.formats.empty() && Rect::of(constraints_.size).empty()) return;
  transform_ = {};
  damage_.clear();
  damage_told_ = false;
  presented_.reset();
  const Target& target = fitting_target();
  frame_.reset(ext_image_copy_capture_session_v1_create_frame(session_.get()));
  static constexpr ext_image_copy_capture_frame_v1_listener listener{
      &Events::transform, &Events::damage, &Events::presentation_time, &Events::ready,
      &Events::failed};
  ext_image_copy_capture_frame_v1_add_listener(frame_.get(), &listener, this);
  ext_image_copy_capture_frame_v1_attach_buffer(frame_.get(), target.buffer->get());
  const Region behind = target.debt.simplified(max_rects);
  for (const Rect& r : behind.rects())
    ext_image_copy_capture_frame_v1_damage_buffer(frame_.get(), r.left, r.top,
                                                  static_cast<std::int32_t>(r.width()),
                                                  static_cast<std::int32_t>(r.height()));
  ext_image_copy_capture_frame_v1_capture(frame_.get());
}

/// Also called inside of events, so nothing may be thrown.
void ExtGrabber::request() noexcept {
  try {
    try_request();
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

Grab ExtGrabber::take() {
  Target& written = targets_[writing_];
  Target& other = targets_[1 - writing_];
  const BufferLayout& layout = written.buffer->layout();
  Grab grab;
  grab.view = view_of(*written.buffer, transform_);
  grab.transform_known = true;
  grab.presented = presented_;
  const Region all(Rect::of(layout.size));
  if (damage_told_) grab.damage = damage_;
  written.debt.clear();
  if (other.buffer && other.buffer->layout() == layout) {
    other.debt.add(damage_told_ ? damage_ : all);
    other.debt = other.debt.simplified(max_rects);
  }
  writing_ = 1 - writing_;
  request();
  return grab;
}

void ExtGrabber::retry() {
  request();
}

}  // namespace

bool offers_ext(const Connection& connection) noexcept {
  return connection.find_global(ext_image_copy_capture_manager_v1_interface.name) != nullptr &&
         connection.find_global(ext_output_image_capture_source_manager_v1_interface.name) !=
             nullptr;
}

Proxy<ext_image_capture_source_v1> ext_source_of(const Connection& connection, wl_output* output) {
  const auto sources = connection.bind<ext_output_image_capture_source_manager_v1>(
      ext_output_image_capture_source_manager_v1_interface);
  if (!sources) return nullptr;
  return Proxy<ext_image_capture_source_v1>(
      ext_output_image_capture_source_manager_v1_create_source(sources.get(), output));
}

Proxy<ext_image_copy_capture_manager_v1> ext_manager(const Connection& connection) {
  return connection.bind<ext_image_copy_capture_manager_v1>(
      ext_image_copy_capture_manager_v1_interface);
}

std::unique_ptr<Grabber> open_ext_grabber(Connection& connection,
                                          Proxy<ext_image_copy_capture_session_v1> session,
                                          bool keep_alpha) {
  return std::make_unique<ExtGrabber>(connection, std::move(session), keep_alpha);
}

}  // namespace rustcam::wayland
