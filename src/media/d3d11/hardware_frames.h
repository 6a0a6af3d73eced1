// A device and its textures, as FFmpeg knows them.
#pragma once

#include <d3d11.h>

#include <functional>
#include <memory>

#include "d3d11/gpu.h"
#include "media/ffmpeg.h"

namespace rustcam::d3d11 {

struct UnrefBuffer {
  void operator()(AVBufferRef* p) const noexcept { av_buffer_unref(&p); }
};
using BufferRef = std::unique_ptr<AVBufferRef, UnrefBuffer>;

/// A context for frames whose textures are ours: FFmpeg makes none. Holds the device; FFmpeg's own
/// calls take turns with ours (GpuTurn). Throws MediaError.
BufferRef hardware_frames(const std::shared_ptr<Gpu>& gpu, AVPixelFormat layout, Size size);

/// Makes `frame` show `texture`, without a copy; `owner` lives as long as anybody holds the frame's
/// buffer. Throws std::bad_alloc.
void show_texture(AVFrame& frame, AVBufferRef& frames, ID3D11Texture2D& texture,
                  std::shared_ptr<const void> owner);
/// What show_texture() was given.
const std::shared_ptr<const void>& owner_of(const AVFrame& frame);

}  // namespace rustcam::d3d11
