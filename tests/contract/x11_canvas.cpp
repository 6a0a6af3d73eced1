#include "x11_canvas.h"

#include <cstddef>
#include <string>

namespace rustcam::test {

std::unique_ptr<CaptureSession> choose_x11(const std::string& name) {
  TargetRequest request;
  request.identity = name.empty() ? x11_backend().targets(TargetKind::output).at(0).identity : name;
  return x11_backend().choose(request);
}

std::unique_ptr<FrameSource> open_x11(const std::string& name, const SourceOptions& options) {
  return choose_x11(name)->open(options);
}

Canvas::Canvas(Size size)
    : pixels_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height),
              0x00123456) {
  view_.size = size;
  view_.planes[0] = {reinterpret_cast<std::uint8_t*>(pixels_.data()),
                     std::ptrdiff_t{size.width} * 4};
}

std::uint32_t Canvas::pixel(Point p) const {
  return pixels_[static_cast<std::size_t>(p.y) * static_cast<std::size_t>(view_.size.width) +
                 static_cast<std::size_t>(p.x)];
}

void Canvas::read(FrameSource& source, const Region& region) {
  source.finish_read(source.begin_read(region), view_, {});
}

AcquireStatus Canvas::follow(FrameSource& source, TimePoint deadline) {
  const AcquireStatus status = source.acquire(deadline, {});
  if (status == AcquireStatus::updated) {
    const UpdateLease lease(source);
    read(source, lease->dirty != nullptr ? *lease->dirty : Region(Rect::of(view_.size)));
  }
  return status;
}

void Canvas::catch_up(FrameSource& source) {
  while (follow(source, {}) == AcquireStatus::updated) {
  }
}

std::int64_t Canvas::difference(const Painter& painter, const Rect& desktop) const {
  const std::vector<std::uint32_t> screen = painter.grab(desktop);
  std::int64_t count = 0;
  for (std::size_t i = 0; i < screen.size(); ++i)
    if ((screen[i] | 0xff000000u) != pixels_[i]) ++count;
  return count;
}

}  // namespace rustcam::test
