// What the user chose in the portal's dialogue, kept over losses.
#pragma once

#include <memory>

#include "capture/capture_session.h"
#include "capture/target_request.h"

namespace rustcam::portal {

/// Lets the user choose, if no choice is remembered. Throws what begin_cast() throws, and
/// UsageError for what can only be chosen in the dialogue, or a region that does not lie on what
/// was chosen.
std::unique_ptr<CaptureSession> choose_session(const TargetRequest& request);

}  // namespace rustcam::portal
