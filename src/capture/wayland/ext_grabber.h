// Pictures by ext-image-copy-capture.
#pragma once

#include <memory>

#include "capture/wayland/grabber.h"

namespace rustcam::wayland {

/// Whether the compositor has the protocol, for outputs.
bool offers_ext(const Connection& connection) noexcept;

/// What an output's pictures and its pointer are captured from. Null unless offers_ext().
Proxy<ext_image_capture_source_v1> ext_source_of(const Connection& connection, wl_output* output);
Proxy<ext_image_copy_capture_manager_v1> ext_manager(const Connection& connection);

/// Takes the pictures of a session. `keep_alpha`: only formats that have it are taken (pointers).
std::unique_ptr<Grabber> open_ext_grabber(Connection& connection,
                                          Proxy<ext_image_copy_capture_session_v1> session,
                                          bool keep_alpha);

}  // namespace rustcam::wayland
