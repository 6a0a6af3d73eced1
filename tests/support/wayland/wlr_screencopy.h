// zwlr_screencopy_manager_v1, version 3.
#pragma once

#include <compare>
#include <map>
#include <vector>

#include "desk.h"

namespace rustcam::test {

class WlrFrame;

/// A copy is answered at the output's next frame; a copy with damage at the first frame before
/// which something has changed since this client's last copy of this output.
class WlrScreencopy final : public CaptureProtocol {
 public:
  explicit WlrScreencopy(Desk& desk) : desk_(desk) {}

  /// Puts it on offer, or takes it off.
  void offer(bool offered);

  void damaged(Screen& screen, const Region& region) override;
  void pointer_changed(Screen& screen, const Region& covered) override;
  void pointer_reshaped() override {}
  void reshaped(Screen& screen) override;
  void removed(Screen& screen) override;
  void present(Screen& screen, TimePoint when) override;
  void client_left(wl_client* client) override;

  struct Viewer {
    wl_client* client;
    Screen* screen;
    bool pointer_drawn;
    friend auto operator<=>(const Viewer&, const Viewer&) = default;
  };
  struct Changes {
    Region region;           ///< since the last copy, upright
    bool everything = true;  ///< nothing has been copied yet
  };
  Changes& changes(const Viewer& viewer) { return changes_[viewer]; }
  Desk& desk() noexcept { return desk_; }
  std::vector<WlrFrame*>& frames() noexcept { return frames_; }

 private:
  Desk& desk_;
  wl_global* global_ = nullptr;
  std::vector<WlrFrame*> frames_;
  std::map<Viewer, Changes> changes_;
};

}  // namespace rustcam::test
