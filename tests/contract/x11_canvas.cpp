#include "x11_canvas.h"

#include <cstddef>
#include <cstring>
#include <string>

namespace rustcam::test {

namespace {
constexpr std::uint32_t unread = 0x00123456;
}

std::unique_ptr<CaptureSession> choose_x11(const std::string& name) {
  TargetRequest request;
  request.identity = name.empty() ? x11_backend().targets(TargetKind::output).at(0).identity : name;
  return x11_backend().choose(request);
}

std::unique_ptr<FrameSource> open_x11(const std::string& name, const SourceOptions& options) {
  return choose_x11(name)->open(options);
}

Canvas::Canvas(Size size) : image_(Image(PixelFormat::bgra, size)) {
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x)
      std::memcpy(image_.view().row(y) + std::ptrdiff_t{4} * x, &unread, sizeof unread);
}

std::uint32_t Canvas::pixel(Point p) const {
  std::uint32_t value = 0;
  std::memcpy(&value, image_.view().row(p.y) + std::ptrdiff_t{4} * p.x, sizeof value);
  return value;
}

void Canvas::read(FrameSource& source, const Region& region) {
  source.read(region, image_, {});
}

AcquireStatus Canvas::follow(FrameSource& source, TimePoint deadline) {
  const AcquireStatus status = source.acquire(deadline, {});
  if (status == AcquireStatus::updated) {
    const UpdateLease lease(source);
    read(source, lease->dirty != nullptr ? *lease->dirty : Region(Rect::of(size())));
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
  std::size_t i = 0;
  for (std::int32_t y = 0; y < size().height; ++y)
    for (std::int32_t x = 0; x < size().width; ++x)
      if ((screen[i++] | 0xff000000u) != pixel({x, y})) ++count;
  return count;
}

}  // namespace rustcam::test
