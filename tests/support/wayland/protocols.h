// The protocols' C headers, and the numbers that our XML does not name.
#pragma once

#include <wayland-server-core.h>
#include <wayland-server-protocol.h>

#include <cstdint>

#include "ext-image-capture-source-server-protocol.h"
#include "ext-image-copy-capture-server-protocol.h"
#include "wlr-screencopy-server-protocol.h"
#include "xdg-output-server-protocol.h"

namespace rustcam::test::wire {

// zwlr_screencopy_frame_v1
constexpr std::uint32_t wlr_already_used = 0;
constexpr std::uint32_t wlr_invalid_buffer = 1;
constexpr std::uint32_t wlr_y_invert = 1;

// ext_image_copy_capture_*
constexpr std::uint32_t ext_invalid_option = 1;
constexpr std::uint32_t ext_paint_cursors = 1;
constexpr std::uint32_t ext_duplicate_frame = 1;
constexpr std::uint32_t ext_no_buffer = 1;
constexpr std::uint32_t ext_invalid_buffer_damage = 2;
constexpr std::uint32_t ext_already_captured = 3;
constexpr std::uint32_t ext_duplicate_session = 1;
constexpr std::uint32_t ext_failed_unknown = 0;
constexpr std::uint32_t ext_failed_constraints = 1;
constexpr std::uint32_t ext_failed_stopped = 2;

}  // namespace rustcam::test::wire
