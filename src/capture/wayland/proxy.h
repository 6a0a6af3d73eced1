// Objects of the compositor that end with their owner.
#pragma once

#include <memory>

#include "capture/wayland/protocol.h"

namespace rustcam::wayland {

/// Destroys with the protocol's own request if there is one.
struct DestroyProxy {
  void operator()(wl_registry* p) const noexcept { wl_registry_destroy(p); }
  void operator()(wl_callback* p) const noexcept { wl_callback_destroy(p); }
  void operator()(wl_compositor* p) const noexcept { wl_compositor_destroy(p); }
  void operator()(wl_shm* p) const noexcept { wl_shm_destroy(p); }
  void operator()(wl_shm_pool* p) const noexcept { wl_shm_pool_destroy(p); }
  void operator()(wl_buffer* p) const noexcept { wl_buffer_destroy(p); }
  void operator()(wl_surface* p) const noexcept { wl_surface_destroy(p); }
  void operator()(wl_region* p) const noexcept { wl_region_destroy(p); }
  void operator()(wl_seat* p) const noexcept { wl_seat_destroy(p); }
  void operator()(wl_pointer* p) const noexcept { wl_pointer_destroy(p); }
  void operator()(wl_output* p) const noexcept {
    if (wl_output_get_version(p) >= WL_OUTPUT_RELEASE_SINCE_VERSION)
      wl_output_release(p);
    else
      wl_output_destroy(p);
  }
  void operator()(zxdg_output_manager_v1* p) const noexcept { zxdg_output_manager_v1_destroy(p); }
  void operator()(zxdg_output_v1* p) const noexcept { zxdg_output_v1_destroy(p); }
  void operator()(xdg_wm_base* p) const noexcept { xdg_wm_base_destroy(p); }
  void operator()(xdg_surface* p) const noexcept { xdg_surface_destroy(p); }
  void operator()(xdg_toplevel* p) const noexcept { xdg_toplevel_destroy(p); }
  void operator()(zwlr_layer_shell_v1* p) const noexcept { zwlr_layer_shell_v1_destroy(p); }
  void operator()(zwlr_layer_surface_v1* p) const noexcept { zwlr_layer_surface_v1_destroy(p); }
  void operator()(wp_presentation* p) const noexcept { wp_presentation_destroy(p); }
  void operator()(struct wp_presentation_feedback* p) const noexcept {
    wp_presentation_feedback_destroy(p);
  }
  void operator()(wp_viewporter* p) const noexcept { wp_viewporter_destroy(p); }
  void operator()(wp_viewport* p) const noexcept { wp_viewport_destroy(p); }
  void operator()(zwlr_screencopy_manager_v1* p) const noexcept {
    zwlr_screencopy_manager_v1_destroy(p);
  }
  void operator()(zwlr_screencopy_frame_v1* p) const noexcept {
    zwlr_screencopy_frame_v1_destroy(p);
  }
  void operator()(ext_image_capture_source_v1* p) const noexcept {
    ext_image_capture_source_v1_destroy(p);
  }
  void operator()(ext_output_image_capture_source_manager_v1* p) const noexcept {
    ext_output_image_capture_source_manager_v1_destroy(p);
  }
  void operator()(ext_image_copy_capture_manager_v1* p) const noexcept {
    ext_image_copy_capture_manager_v1_destroy(p);
  }
  void operator()(ext_image_copy_capture_session_v1* p) const noexcept {
    ext_image_copy_capture_session_v1_destroy(p);
  }
  void operator()(ext_image_copy_capture_frame_v1* p) const noexcept {
    ext_image_copy_capture_frame_v1_destroy(p);
  }
  void operator()(ext_image_copy_capture_cursor_session_v1* p) const noexcept {
    ext_image_copy_capture_cursor_session_v1_destroy(p);
  }
};

/// Belongs to the thread that has the connection, and must end before it.
template <typename T>
using Proxy = std::unique_ptr<T, DestroyProxy>;

}  // namespace rustcam::wayland
