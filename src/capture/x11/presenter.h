// Stimuli in a borderless window.
#pragma once

#include <memory>

#include "capture/presenter.h"

namespace rustcam::x11 {

/// An override-redirect window at the corner of the output: no window manager frames, moves or
/// sizes it. Each frame sends only what differs from the last, and present() returns once the
/// server has drawn it. Throws DeviceError, DuplicationError (pixels of a kind that we do not
/// draw), UsageError (unknown scene or output).
std::unique_ptr<Presenter> open_presenter(const PresenterOptions& options);

}  // namespace rustcam::x11
