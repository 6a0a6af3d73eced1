// A capture that runs on threads of its own, as Capturer sees it.
#pragma once

#include <string>

#include "base/geometry.h"
#include "base/time.h"
#include "capture/target.h"
#include "image/frame.h"

namespace rustcam {

/// All members may be called from any thread.
class CaptureStream {
 public:
  virtual ~CaptureStream() = default;
  CaptureStream(const CaptureStream&) = delete;
  CaptureStream& operator=(const CaptureStream&) = delete;

  /// A frame that no call has returned yet; waits for one. Empty after `timeout` or stop(). Throws
  /// AccessLost if the source is gone for good.
  virtual Frame latest(Duration timeout) = 0;
  /// Ends the threads and wakes all who wait. Idempotent.
  virtual void stop() noexcept = 0;
  virtual bool stopped() const noexcept = 0;

  virtual TargetInfo target() const = 0;
  virtual Rect region() const = 0;
  /// Why the source is away just now; empty while it is there.
  virtual std::string loss() const = 0;

 protected:
  CaptureStream() = default;
};

}  // namespace rustcam
