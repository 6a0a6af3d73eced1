// ext_image_copy_capture_manager_v1 and ext_output_image_capture_source_manager_v1.
#pragma once

#include <memory>
#include <vector>

#include "desk.h"

namespace rustcam::test {

class ExtSession;
class ExtCursor;

class ExtCapture final : public CaptureProtocol {
 public:
  explicit ExtCapture(Desk& desk) : desk_(desk) {}

  /// Puts it on offer, or takes it off.
  void offer(bool offered);

  void damaged(Screen& screen, const Region& region) override;
  void pointer_changed(Screen& screen, const Region& covered) override;
  void pointer_reshaped() override;
  void reshaped(Screen& screen) override;
  void removed(Screen& screen) override;
  void present(Screen& screen, TimePoint when) override;
  void client_left(wl_client* client) override;

  Desk& desk() noexcept { return desk_; }
  std::vector<ExtSession*>& sessions() noexcept { return sessions_; }
  std::vector<ExtCursor*>& cursors() noexcept { return cursors_; }

 private:
  template <typename Call>
  void for_sessions(const Screen& screen, Call call);

  Desk& desk_;
  wl_global* sources_ = nullptr;
  wl_global* manager_ = nullptr;
  std::vector<ExtSession*> sessions_;
  std::vector<ExtCursor*> cursors_;
};

}  // namespace rustcam::test
