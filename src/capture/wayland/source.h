// An output of the compositor as a FrameSource.
#pragma once

#include <memory>
#include <string>

#include "capture/capture_session.h"
#include "capture/frame_source.h"
#include "capture/wayland/connection.h"

namespace rustcam::wayland {

/// Why this compositor's outputs cannot be captured, and what to do; empty: they can.
std::string not_capturable(const Connection& connection);

/// By which protocol they are captured, for people.
std::string protocol_in_use(const Connection& connection);

/// Why the pointer cannot be left out for sure; empty: it can.
std::string pointer_embedded(const Connection& connection);

/// Finds the output by `target`'s identity. Throws AccessLost (not there now), DuplicationError (no
/// protocol to capture by), and what Connection throws.
std::unique_ptr<FrameSource> open_source(const TargetInfo& target, const SourceOptions& options);

}  // namespace rustcam::wayland
