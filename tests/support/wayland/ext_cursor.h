// One ext_image_copy_capture_cursor_session_v1.
#pragma once

#include <cstdint>

#include "ext_capture.h"

namespace rustcam::test {

/// Tells where the pointer's hot spot is, in upright pixels of the output.
class ExtCursor {
 public:
  static void create(ExtCapture& owner, Screen& screen, wl_client* client, int version,
                     std::uint32_t id);
  ~ExtCursor();
  ExtCursor(const ExtCursor&) = delete;
  ExtCursor& operator=(const ExtCursor&) = delete;

  /// Tells what has changed; `reshaped`: the hot spot may have, too.
  void tell(bool reshaped);
  void get_session(std::uint32_t id);
  Screen& screen() const noexcept { return screen_; }

 private:
  ExtCursor(ExtCapture& owner, Screen& screen) : owner_(owner), screen_(screen) {}

  ExtCapture& owner_;
  Screen& screen_;
  wl_resource* resource_ = nullptr;
  bool inside_ = false;
  bool has_session_ = false;
  Point told_;
};

}  // namespace rustcam::test
