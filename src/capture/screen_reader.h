// A recovering source and its composer, kept together through losses and changes of size.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>

#include "capture/composer.h"
#include "capture/gpu_source.h"
#include "capture/recovery.h"

namespace rustcam {

/// All that it takes to open one region of one target, again and again.
struct SourceRecipe {
  std::shared_ptr<CaptureSession> session;
  std::optional<Rect> region{};  ///< from the target's corner; nullopt: all of it
  bool cursor = true;
  RecoveryPolicy recovery{};
  std::size_t pool_frames = 10;
};

/// Confined to the thread that made it.
class ScreenReader {
 public:
  /// Opens the target; throws what RecoveringSource throws.
  explicit ScreenReader(const SourceRecipe& recipe);

  /// Takes in at most one update, reading nothing. Throws AccessLost where the source is lost for
  /// good.
  SourceEvent next(TimePoint deadline, const std::stop_token& stop = {});
  /// True where the screen shows a desktop frame that no compose() has handed out yet.
  bool frame_pending() const noexcept { return readable_ && new_frame_; }
  /// True where the pointer looks different from the one last drawn, and there is a desktop to draw
  /// it on.
  bool pointer_pending();
  /// nullopt where there is nothing to read now (lost, or lost by this read), or where the pool is
  /// exhausted.
  std::optional<Frame> compose();

  /// When the newest desktop frame was shown.
  TimePoint presented() const noexcept { return presented_; }
  /// False while the source is lost, and where its system shares no textures.
  bool shares_textures() noexcept;
  /// The desktop as a texture, instead of compose(); nullopt as there.
  std::optional<GpuFrame> share();

  const RecoveringSource& source() const noexcept { return source_; }
  bool lost() const noexcept { return !attached_; }
  Rect region() const noexcept { return composer_.region(); }

 private:
  void attach();
  void detach() noexcept;
  void report_loss(const CaptureError& error);

  RecoveringSource source_;
  FrameComposer composer_;
  bool attached_ = false;
  bool readable_ = false;   ///< an update has said that there is a desktop
  bool new_frame_ = false;  ///< not handed out yet
  TimePoint presented_{};
};

}  // namespace rustcam
