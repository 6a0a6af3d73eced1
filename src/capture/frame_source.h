// The narrow waist: one structure that Desktop Duplication, X11, Wayland, the portal and the
// virtual display fill.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/region.h"
#include "base/time.h"
#include "capture/target.h"
#include "image/picture.h"
#include "image/pointer.h"

namespace rustcam {

enum class AcquireStatus { updated = 1, timed_out, resized, access_lost, cancelled };

struct DesktopUpdate {
  TimePoint presented{};  ///< when the compositor showed it
  /// False: `presented` is when we looked, which says nothing of when the screen shows its frames.
  bool presented_known = true;
  std::uint32_t accumulated_frames =
      0;  ///< compositor frames folded into this update; 0 = pointer only
  bool accumulated_known =
      true;  ///< false on X11: accumulated_frames is then 1 for a desktop update
  const Region* dirty =
      nullptr;  ///< upright target pixels, a superset of what changed; null = unknown, all
  bool protected_content_masked = false;
};

/// What a read took.
struct ReadCost {
  /// Of bgra, without the part that the system itself put into the picture.
  std::int64_t bytes_copied = 0;
};

/// Of systems that hand out GPU textures as well as pixels: capture/gpu_source.h.
class GpuSource;

/// One open target. Confined to the thread that opened it.
///
/// The source keeps the current desktop itself, so any part of it can be read at any time. The
/// first update covers everything (dirty null or the whole target).
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual const TargetInfo& target() const noexcept = 0;
  /// Waits for the next update until `deadline`. A deadline in the past polls. updated: hold a
  /// lease until release(). resized: target() has the new size, everything is dirty, no lease.
  /// access_lost: this object is of no more use; last_error() says why. cancelled: `stop` was
  /// requested (noticed within 50 ms). Throws DeviceError, DuplicationError.
  virtual AcquireStatus acquire(TimePoint deadline, std::stop_token stop) = 0;
  virtual const DesktopUpdate& update() const noexcept = 0;  ///< valid until release()
  virtual void release() noexcept = 0;                       ///< idempotent
  /// Reads at least `region` (upright target pixels, inside the target), with or without a lease,
  /// into the same places of `picture`, a bgra picture of make_picture() or of the
  /// caller's own memory whose corner is at `origin` on the target:
  /// upright, without the pointer, alpha 255 (undefined if SourceOptions::opaque is false). Throws
  /// AccessLost, DeviceError; what `region` covers is undefined then.
  virtual ReadCost read(const Region& region, Picture& picture, Point origin) = 0;
  /// A bgra picture into which read() may need no copy of ours; may outlive the source. A texture
  /// only if SourceOptions asked for textures and the system shares them.
  virtual Picture make_picture(Size size) { return Image(PixelFormat::bgra, size); }
  /// Why make_picture() makes no textures, if SourceOptions asked for them; empty if it does.
  virtual std::string texture_refusal() const { return "the system shares no textures"; }
  /// The pointer as of now; asks the system if nothing announces motion (X11).
  virtual const Pointer& pointer() = 0;
  virtual GpuSource* gpu() noexcept { return nullptr; }
  /// The system's code and text of the last access_lost, for the statistics.
  struct Loss {
    std::string native_code;
    std::string text;
  };
  virtual Loss last_loss() const { return {}; }
};

/// Releases on every way out.
class UpdateLease {
 public:
  explicit UpdateLease(FrameSource& source) noexcept : source_(&source) {}
  ~UpdateLease() { source_->release(); }
  UpdateLease(const UpdateLease&) = delete;
  UpdateLease& operator=(const UpdateLease&) = delete;
  const DesktopUpdate* operator->() const noexcept { return &source_->update(); }

 private:
  FrameSource* source_;
};

}  // namespace rustcam
