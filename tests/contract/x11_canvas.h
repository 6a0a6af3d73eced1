// A picture kept up to date from a source's updates alone, to be held against the screen.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/backend.h"
#include "capture/frame_source.h"
#include "image/picture.h"
#include "x11_painter.h"

namespace rustcam {
const Backend& x11_backend() noexcept;
}

namespace rustcam::test {

/// The x11 back end's session and source of the output with this name (default: the first).
std::unique_ptr<CaptureSession> choose_x11(const std::string& name = {});
std::unique_ptr<FrameSource> open_x11(const std::string& name = {},
                                      const SourceOptions& options = {});

inline TimePoint soon() {
  return now() + std::chrono::seconds(20);
}

class Canvas {
 public:
  explicit Canvas(Size size);
  Size size() const noexcept { return image_.size(); }
  Picture& image() noexcept { return image_; }
  ImageView view() noexcept { return image_.view(); }
  std::uint32_t pixel(Point p) const;

  /// Takes one update if it comes before `deadline`: reads what it says is dirty, nothing else.
  AcquireStatus follow(FrameSource& source, TimePoint deadline);
  /// Takes updates until a poll brings none.
  void catch_up(FrameSource& source);
  void read(FrameSource& source, const Region& region);
  /// How many pixels differ from the same output's pixels as the painter sees them.
  std::int64_t difference(const Painter& painter, const Rect& desktop) const;

 private:
  Picture image_;
};

}  // namespace rustcam::test
