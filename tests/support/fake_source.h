// Sources on a scripted screen.
#pragma once

#include <memory>

#include "capture/capture_session.h"
#include "capture/frame_source.h"
#include "support/fake_screen.h"

namespace rustcam::test {

/// A source on the screen; throws what the screen's presence says, and std::logic_error whenever it
/// is used against the rules of FrameSource. Its pictures are FakeTextures if `options` asks for
/// textures and the screen shares them.
std::unique_ptr<FrameSource> open_screen(const std::shared_ptr<FakeScreen>& screen,
                                         const SourceOptions& options = {});

}  // namespace rustcam::test
