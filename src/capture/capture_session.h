// A target that was chosen, with what of it outlives its sources.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/frame_source.h"
#include "capture/patience.h"
#include "capture/target.h"

namespace rustcam {

struct SourceOptions {
  bool pointer = true;    ///< false: the source need not follow the pointer
  bool opaque = true;     ///< false: nobody looks at the alpha of pictures that are read in place
  bool textures = false;  ///< true: pictures may be textures; who takes these takes memory as well
  Patience patience{};    ///< of open() and of the source
  /// A shorter limit for each answer that open() awaits.
  std::optional<Duration> open_within{};
};

/// Opens one target again and again, and holds what must survive a loss: a connection, a permission
/// of the user, the screen itself if it is our own. May be used from any thread; a source may
/// outlive its session.
class CaptureSession {
 public:
  virtual ~CaptureSession() = default;
  /// As it was when it was chosen.
  virtual const TargetInfo& target() const noexcept = 0;
  /// What people should know of how it was chosen.
  virtual std::vector<std::string> notes() const { return {}; }
  /// Finds the target by its identity. Throws DuplicationError, DeviceError, AccessLost (not there
  /// now).
  virtual std::unique_ptr<FrameSource> open(const SourceOptions& options) = 0;
  /// To be called with a source of this session that is lost, before it is destroyed: what it has
  /// that is still good and costly to make anew goes to the next open(), and to that one only. If
  /// that one fails, nothing old is kept.
  virtual void salvage(FrameSource& lost) { static_cast<void>(lost); }
};

}  // namespace rustcam
