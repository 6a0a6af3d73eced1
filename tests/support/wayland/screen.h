// One output of the test compositor: its picture, and when it shows frames.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/region.h"
#include "base/time.h"
#include "image/image_view.h"
#include "protocols.h"
#include "settings.h"
#include "turn.h"

namespace rustcam::test {

struct Desk;

/// Frames are shown when something asks for one, no closer to one another than the refresh allows.
class Screen {
 public:
  /// Starts black.
  Screen(Desk& desk, const OutputSettings& settings);

  const OutputSettings& settings() const noexcept { return settings_; }
  Size size() const noexcept { return upright_size(settings_); }  ///< upright
  Size buffer_size() const noexcept { return settings_.mode; }
  Turn turn() const noexcept { return {settings_.transform, size()}; }
  /// The upright picture, 0xAARRGGBB without gaps between rows.
  const std::uint32_t* pixels() const noexcept { return pixels_.data(); }
  std::uint32_t* pixels() noexcept { return pixels_.data(); }
  ImageView view() noexcept;
  Desk& desk() const noexcept { return desk_; }
  bool gone() const noexcept { return gone_; }
  /// The objects by which clients know it.
  struct Known {
    wl_global* global = nullptr;
    std::vector<wl_resource*> outputs{};
    std::vector<wl_resource*> xdg_outputs{};
  };
  Known& known() noexcept { return known_; }
  /// Counts the changes of size and transform.
  unsigned shape_number() const noexcept { return shape_number_; }

  /// Where `damage` tells that the picture has changed. Not clipped.
  void changed(const Region& damage);
  /// Tells clients. Becomes black and wholly damaged if size or transform change.
  void change(const OutputSettings& settings);
  /// 16 pixels wider, or back.
  void change_mode();
  void remove();

  /// Shows a frame at `from` or as soon after that as the refresh allows.
  void request_frame(TimePoint from);
  std::optional<TimePoint> next_frame() const noexcept { return next_frame_; }
  void present_if_due(TimePoint when);

 private:
  Desk& desk_;
  OutputSettings settings_;
  Known known_;
  std::vector<std::uint32_t> pixels_;
  bool gone_ = false;
  bool wider_ = false;
  unsigned shape_number_ = 0;
  TimePoint last_frame_{};
  std::optional<TimePoint> next_frame_;
};

/// Draws the pointer into the picture while it lives, if it is there.
class PointerOverlay {
 public:
  PointerOverlay(const Desk& desk, Screen& screen);
  ~PointerOverlay();
  PointerOverlay(const PointerOverlay&) = delete;
  PointerOverlay& operator=(const PointerOverlay&) = delete;

 private:
  Screen& screen_;
  Rect covered_;
  std::vector<std::uint32_t> saved_;
};

}  // namespace rustcam::test
