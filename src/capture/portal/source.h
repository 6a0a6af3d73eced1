// A screen cast as a FrameSource.
#pragma once

#include <memory>

#include "capture/frame_source.h"
#include "capture/portal/live_cast.h"
#include "capture/portal/loss_book.h"

namespace rustcam::portal {

/// `live` must have begun; notes in `book` if the desktop ends it.
std::unique_ptr<FrameSource> make_source(std::unique_ptr<LiveCast> live, TargetInfo target,
                                         bool opaque, std::shared_ptr<LossBook> book);

}  // namespace rustcam::portal
