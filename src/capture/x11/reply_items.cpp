#include "capture/x11/reply_items.h"

#include <string>

#include "base/error.h"

namespace rustcam::x11 {

void false_reply(const char* what) {
  throw CaptureError(std::string(what) + " failed: the X server's reply holds less than it says",
                     "false reply");
}

bool is_whole(const xcb_setup_t& setup) noexcept {
  constexpr std::size_t head = 8;  // up to the length, and with it
  const std::size_t bytes = head + std::size_t{setup.length} * 4;
  if (bytes < sizeof setup) return false;
  ReplyItems items({reinterpret_cast<const std::uint8_t*>(&setup), bytes});
  items.skip(sizeof setup);
  items.skip((std::size_t{setup.vendor_len} + 3) / 4 * 4);
  items.take<xcb_format_t>(setup.pixmap_formats_len);
  for (unsigned s = 0; s < setup.roots_len; ++s) {
    const auto* screen = items.take_one<xcb_screen_t>();
    if (screen == nullptr) return false;
    for (unsigned d = 0; d < screen->allowed_depths_len; ++d) {
      const auto* depth = items.take_one<xcb_depth_t>();
      if (depth == nullptr) return false;
      items.take<xcb_visualtype_t>(depth->visuals_len);
    }
  }
  return items.complete() && setup.roots_len > 0;
}

}  // namespace rustcam::x11
