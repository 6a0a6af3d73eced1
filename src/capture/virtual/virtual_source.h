// A virtual output as a FrameSource.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "capture/frame_source.h"
#include "capture/virtual/virtual_screen.h"
#include "platform/precise_timer.h"
#include "stimulus/scene.h"

namespace rustcam::virtual_display {

/// Draws on demand: scenes are pure, so the desktop needs no memory of its own.
class VirtualSource final : public FrameSource {
 public:
  /// `epoch`: the instant from which the screen's times count, the same for every opening of a
  /// target.
  VirtualSource(TargetInfo target, Screen screen, TimePoint epoch, bool pointer);

  const TargetInfo& target() const noexcept override { return target_; }
  AcquireStatus acquire(TimePoint deadline, std::stop_token stop) override;
  const DesktopUpdate& update() const noexcept override { return update_; }
  void release() noexcept override {}
  ReadCost read(const Region& region, Picture& picture, Point origin) override;
  const Pointer& pointer() override;
  Loss last_loss() const override { return loss_; }

 private:
  double elapsed_s(TimePoint at) const;
  /// The newest present up to `t` that reaches us.
  std::int64_t newest_present(double t) const;
  bool take_desktop_update(double t);
  bool take_pointer_update(double t);
  bool follow_size(double t);
  TimePoint next_wake(double t, TimePoint deadline) const;

  TargetInfo target_;
  Screen screen_;
  TimePoint epoch_;
  bool follows_pointer_;
  PreciseTimer timer_;
  std::unique_ptr<Scene> scene_;
  std::int64_t present_ = -1;  ///< the last present taken, -1 before the first
  std::int64_t pointer_tick_ = 0;
  int updates_ = 0;
  bool black_ = false;  ///< the desktop as it was last taken is black
  Region dirty_;
  DesktopUpdate update_;
  Pointer pointer_;
  Loss loss_;
};

}  // namespace rustcam::virtual_display
