// The video interfaces that a device and its context have on Windows, and Wine 8 lacks: FFmpeg
// takes no Direct3D 11 device without them. They are there, and refuse whatever is asked of them.
#pragma once

#include <d3d11.h>

namespace layer {

/// Patches QueryInterface of the device and of its context, once. The report counts who asked
/// (video_device, video_context) and which calls were refused (video_refused).
void answer_for_video(ID3D11Device* device, ID3D11DeviceContext* context);

}  // namespace layer
