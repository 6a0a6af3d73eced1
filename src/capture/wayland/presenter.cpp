#include "capture/wayland/presenter.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/target_request.h"
#include "capture/wayland/connection.h"
#include "capture/wayland/feedback.h"
#include "capture/wayland/outputs.h"
#include "capture/wayland/shm_buffer.h"
#include "capture/wayland/surface.h"
#include "stimulus/scene.h"

namespace rustcam::wayland {
namespace {

constexpr std::uint32_t format_bgrx = 1;
constexpr std::size_t most_damage = 64;

TargetInfo choose_output(const Outputs& outputs, const std::optional<std::string>& wanted) {
  const std::vector<TargetInfo> targets = outputs.targets();
  if (targets.empty())
    throw CaptureError("the Wayland compositor has no output; switch a screen on");
  return wanted ? find_named(targets, *wanted) : default_target(targets);
}

/// What the pictures' size comes to in the desktop's coordinates.
Size logical_size(Size pixels, const TargetInfo& output) {
  if (pixels == output.size()) return output.desktop.size();
  const auto side = [&](std::int32_t v) {
    return std::max(1, static_cast<std::int32_t>(std::lround(v / output.scale)));
  };
  return {side(pixels.width), side(pixels.height)};
}

/// A buffer that the compositor has (`busy`) or that can be drawn into.
struct Canvas {
  explicit Canvas(Connection& connection, const BufferLayout& layout) : buffer(connection, layout) {
    static constexpr wl_buffer_listener listener{
        [](void* data, wl_buffer*) { static_cast<Canvas*>(data)->busy = false; }};
    wl_buffer_add_listener(buffer.get(), &listener, this);
  }

  ShmBuffer buffer;
  bool busy = false;
  std::optional<std::int64_t> holds;  ///< the number of a frame
};

class Window final : public Presenter {
 public:
  explicit Window(const PresenterOptions& options);
  bool present(std::int64_t n) override;
  std::int64_t never_shown() override;

 private:
  void fit(const TargetInfo& output);
  Canvas& free_canvas();

  Patience patience_;
  ConnectionLease lease_;
  Connection& connection_;
  Outputs outputs_;
  Size size_;
  Size logical_;
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<Surface> surface_;
  Feedback feedback_;
  Proxy<wp_viewporter> viewporter_;
  Proxy<wp_viewport> viewport_;
  /// One is shown, one waits to be shown, one is drawn.
  std::array<std::unique_ptr<Canvas>, 3> canvases_;
  std::optional<std::int64_t> shown_;
};

Window::Window(const PresenterOptions& options)
    : patience_(options.patience),
      lease_(options.patience),
      connection_(*lease_),
      outputs_(connection_),
      feedback_(connection_) {
  const TargetInfo output = choose_output(outputs_, options.output);
  size_ = options.size.value_or(output.size());
  logical_ = logical_size(size_, output);
  scene_ = make_scene(options.scene, size_, {.barcode = options.barcode, .hz = options.hz});
  surface_ = open_surface(connection_, outputs_.find(output.identity)->get(), logical_,
                          "rustcam-cli stimulus " + std::string(scene_->name()));
  fit(output);
  const BufferLayout layout{format_bgrx, size_, size_.width * 4};
  for (auto& canvas : canvases_) canvas = std::make_unique<Canvas>(connection_, layout);
  const TimePoint end = now() + options.patience.limit;
  while (!surface_->configured() && !surface_->closed() && now() < end) connection_.roundtrip();
  if (!surface_->configured())
    throw DeviceError("the Wayland compositor does not show the stimulus' window");
}

/// A pixel of the pictures must become a pixel of the screen, at any scale.
void Window::fit(const TargetInfo& output) {
  if (logical_ == size_) return;
  viewporter_ = connection_.bind<wp_viewporter>(wp_viewporter_interface);
  if (viewporter_) {
    viewport_.reset(wp_viewporter_get_viewport(viewporter_.get(), surface_->get()));
    wp_viewport_set_destination(viewport_.get(), logical_.width, logical_.height);
    return;
  }
  const double scale = std::round(output.scale);
  if (scale != output.scale)
    throw DeviceError("the output " + output.name +
                      " is scaled by a fraction, and the compositor "
                      "has no viewporter to show pictures at their own size");
  wl_surface_set_buffer_scale(surface_->get(), static_cast<std::int32_t>(scale));
}

Canvas& Window::free_canvas() {
  const FdWaiter waiter;
  const std::stop_callback wake(patience_.stop, [&] { waiter.wake(); });
  for (const TimePoint end = now() + patience_.limit;;) {
    for (const auto& canvas : canvases_)
      if (!canvas->busy) return *canvas;
    if (patience_.stop.stop_requested())
      throw Interrupted("the compositor had given no picture back when the end was requested");
    if (now() >= end) throw DeviceError("the Wayland compositor gives no picture back");
    connection_.wait(waiter, end);
  }
}

bool Window::present(std::int64_t n) {
  connection_.take_events();
  if (surface_->closed()) return false;
  Canvas& canvas = free_canvas();
  const Region all(Rect::of(size_));
  ImageView view;
  view.size = size_;
  view.planes[0] = {canvas.buffer.data(), std::ptrdiff_t{size_.width} * 4};
  scene_->draw(n, canvas.holds ? scene_->dirty(*canvas.holds, n) : all, view);
  canvas.holds = n;
  Region changed = shown_ ? scene_->dirty(*shown_, n) : all;
  changed.intersect(Rect::of(size_));
  changed = changed.simplified(most_damage);
  wl_surface_attach(surface_->get(), canvas.buffer.get(), 0, 0);
  for (const Rect& r : changed.rects())
    wl_surface_damage_buffer(surface_->get(), r.left, r.top, static_cast<std::int32_t>(r.width()),
                             static_cast<std::int32_t>(r.height()));
  feedback_.ask(surface_->get());
  wl_surface_commit(surface_->get());
  canvas.busy = true;
  shown_ = n;
  // When the answer is here, the compositor has the picture.
  connection_.roundtrip();
  return !surface_->closed();
}

std::int64_t Window::never_shown() {
  // What has been answered by now; the newest picture is on the screen or will be.
  connection_.take_events();
  return feedback_.discarded();
}

}  // namespace

std::unique_ptr<Presenter> open_presenter(const PresenterOptions& options) {
  return std::make_unique<Window>(options);
}

}  // namespace rustcam::wayland
