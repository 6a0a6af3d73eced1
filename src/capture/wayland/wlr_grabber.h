// Pictures by wlr-screencopy.
#pragma once

#include <memory>

#include "capture/wayland/grabber.h"
#include "capture/wayland/outputs.h"

namespace rustcam::wayland {

/// Whether the compositor has the protocol in the version that tells of damage.
bool offers_wlr(const Connection& connection) noexcept;

/// Throws DuplicationError if the compositor does not offer it. `pointer`: the compositor draws it
/// into the pictures. `output` must outlive the grabber.
std::unique_ptr<Grabber> open_wlr_grabber(Connection& connection, const Output& output,
                                          bool pointer);

}  // namespace rustcam::wayland
