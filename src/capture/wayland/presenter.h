// Stimuli on a Wayland output.
#pragma once

#include <memory>

#include "capture/presenter.h"

namespace rustcam::wayland {

/// As Backend::present() says.
std::unique_ptr<Presenter> open_presenter(const PresenterOptions& options);

}  // namespace rustcam::wayland
