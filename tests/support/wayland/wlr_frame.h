// One zwlr_screencopy_frame_v1.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "buffer_use.h"
#include "told.h"
#include "wlr_screencopy.h"

namespace rustcam::test {

class WlrFrame {
 public:
  /// `box`: what is to be copied, in pixels of the output's buffer.
  WlrFrame(WlrScreencopy& owner, wl_resource* resource, Screen& screen, const Rect& box,
           bool pointer_drawn);
  ~WlrFrame();
  WlrFrame(const WlrFrame&) = delete;
  WlrFrame& operator=(const WlrFrame&) = delete;

  /// Says what buffer it wants, or that it fails.
  void describe();
  void copy(wl_resource* buffer, bool with_damage);
  void present(TimePoint when);
  void fail();
  /// A pending copy is not answered any more.
  void forget() { use_.reset(); }

  Screen& screen() const noexcept { return screen_; }
  bool pending() const noexcept { return use_ != nullptr; }
  wl_resource* resource() const noexcept { return resource_; }

 private:
  bool fits(wl_resource* buffer) const;
  void write();
  void tell_damage(const Region& upright);

  WlrScreencopy& owner_;
  Desk& desk_;
  wl_resource* resource_;
  Screen& screen_;
  Rect box_;
  WlrScreencopy::Viewer viewer_;
  unsigned shape_number_;
  bool upside_down_ = false;
  bool used_ = false;  ///< copied already, or failed
  bool with_damage_ = false;
  std::optional<ToldSize> offered_;
  std::uint32_t offered_stride_ = 0;
  std::uint32_t offered_format_ = 0;
  std::unique_ptr<BufferUse> use_;  ///< of a pending copy
  TimePoint not_before_{};
};

}  // namespace rustcam::test
