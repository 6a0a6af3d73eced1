// What wayland-scanner makes of protocols/, calling libwayland through the loaded library.
#pragma once

#include "capture/wayland/client_library.h"

// The generated functions call these by name.
#define wl_proxy_marshal_flags ::rustcam::wayland::library().proxy_marshal_flags
#define wl_proxy_add_listener ::rustcam::wayland::library().proxy_add_listener
#define wl_proxy_get_version ::rustcam::wayland::library().proxy_get_version
#define wl_proxy_set_user_data ::rustcam::wayland::library().proxy_set_user_data
#define wl_proxy_get_user_data ::rustcam::wayland::library().proxy_get_user_data
#define wl_proxy_destroy ::rustcam::wayland::library().proxy_destroy

#include <ext-image-capture-source-client.h>
#include <ext-image-copy-capture-client.h>
#include <presentation-time-client.h>
#include <viewporter-client.h>
#include <wayland-client.h>
#include <wlr-layer-shell-client.h>
#include <wlr-screencopy-client.h>
#include <xdg-output-client.h>
#include <xdg-shell-client.h>

#undef wl_proxy_marshal_flags
#undef wl_proxy_add_listener
#undef wl_proxy_get_version
#undef wl_proxy_set_user_data
#undef wl_proxy_get_user_data
#undef wl_proxy_destroy
