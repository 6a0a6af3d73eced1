// The one reader of screens: takes updates in, follows the pointer, composes pictures, and keeps
// source and composer together through losses and changes of size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "capture/composer.h"
#include "capture/gpu_source.h"
#include "capture/recovery.h"
#include "platform/clock.h"

namespace rustcam {

/// All that it takes to open one region of one target, again and again.
struct SourceRecipe {
  std::shared_ptr<CaptureSession> session;
  std::optional<Rect> region{};  ///< from the target's corner; nullopt: all of it
  bool cursor = true;
  bool opaque = true;     ///< false: nobody looks at the alpha of the pictures
  bool textures = false;  ///< true: the frames may hold textures, if the system shares them
  Patience patience{};
  RecoveryPolicy recovery{};
  std::size_t pool_frames = 10;
  bool reserve = false;  ///< all pictures are allocated when it opens, and none later
};

/// Confined to the thread that made it. Two kinds of drivers stand on it: those that read every
/// desktop frame (Capturer::grab, UpdateStream) and those that read for slots (SlotCapture).
class ScreenReader {
 public:
  /// Opens the target; throws what RecoveringSource throws.
  explicit ScreenReader(const SourceRecipe& recipe, Clock& clock = machine_clock());

  /// Takes in at most one update, reading nothing. Of a source that was opened anew and brings no
  /// update for 250 ms, what it has is read: next() then returns `timed_out` before `deadline`,
  /// with a frame pending. Throws AccessLost if the source is lost for good.
  SourceEvent next(TimePoint deadline, const std::stop_token& stop = {});
  /// True if the screen shows a desktop frame that no compose() has handed out yet.
  bool frame_pending() const noexcept { return readable_ && new_frame_; }
  /// True if the last next() took in a desktop frame.
  bool frame_came() const noexcept { return frame_came_; }
  /// True if desktop pixels inside the region changed (or may have) since the last compose().
  bool damage_pending() const noexcept { return readable_ && composer_.desktop_pending(); }
  /// True if the pointer looks different from the one last drawn, and there is a desktop to draw it
  /// on.
  bool pointer_pending();
  /// Reads what is due, with or without anything new. nullopt if there is nothing to read now
  /// (lost, or lost by this read), or if the pool is exhausted.
  std::optional<Frame> compose();

  /// When the newest desktop frame was shown.
  TimePoint presented() const noexcept { return presented_; }
  /// False if that is when the source looked.
  bool presented_known() const noexcept { return presented_known_; }
  /// Of all compose() so far, in bytes of bgra.
  std::int64_t bytes_read() const noexcept { return bytes_read_; }
  std::int64_t bytes_copied() const noexcept { return bytes_copied_; }
  /// The frames are in memory from now on.
  void refuse_textures();
  /// Why they are, though the recipe asked for textures; empty if they are not.
  std::string texture_refusal();
  /// False while the source is lost, and if its system shares no textures.
  bool shares_textures() noexcept;
  /// The desktop as a texture, instead of compose(); nullopt as there.
  std::optional<GpuFrame> share(GpuOrder order);

  const RecoveringSource& source() const noexcept { return source_; }
  bool lost() const noexcept { return !attached_; }
  Rect region() const noexcept { return composer_.region(); }

 private:
  SourceEvent acquire(TimePoint deadline, const std::stop_token& stop);
  void attach();
  void detach() noexcept;
  void report_loss(const CaptureError& error);
  void take_in();
  void changed();

  Clock& clock_;
  RecoveringSource source_;
  FrameComposer composer_;
  bool reserve_;
  bool attached_ = false;
  bool readable_ = false;   ///< there is a desktop to read
  bool new_frame_ = false;  ///< not handed out yet
  bool frame_came_ = false;
  /// Opened anew and nothing brought yet: when to read it all the same.
  std::optional<TimePoint> readable_at_;
  TimePoint presented_{};
  bool presented_known_ = true;
  std::int64_t bytes_read_ = 0;
  std::int64_t bytes_copied_ = 0;
};

}  // namespace rustcam
