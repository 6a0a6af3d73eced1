// Shows a stimulus in a borderless window through a flip-model swap chain.
#pragma once

#include <memory>

#include "capture/presenter.h"

namespace rustcam::dda {

/// Throws UsageError for an unknown output or scene, DeviceError if no window can be shown.
std::unique_ptr<Presenter> open_presenter(const PresenterOptions& options);

}  // namespace rustcam::dda
