// The test compositor, and our back end as its client.
#pragma once

#include <memory>
#include <string>

#include "capture/capture_session.h"
#include "capture/frame_source.h"
#include "environment.h"
#include "support/wayland/compositor.h"

namespace rustcam::test {

/// A compositor that the environment points to while it lives, with one output TEST-1.
class WaylandDesktop {
 public:
  explicit WaylandDesktop(Offer offered, const OutputSettings& output = {});

  Compositor& compositor() noexcept { return compositor_; }
  /// Throws what the back end throws.
  std::unique_ptr<FrameSource> open(const SourceOptions& options = {});
  /// Once no client is left: what they did wrong, a line each, empty if nothing.
  std::string complaints();

 private:
  Compositor compositor_;
  Environment folder_;
  Environment display_;
};

}  // namespace rustcam::test
