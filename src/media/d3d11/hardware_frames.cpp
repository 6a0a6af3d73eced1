#include "media/d3d11/hardware_frames.h"

extern "C" {
#include <libavutil/hwcontext.h>
#include <libavutil/hwcontext_d3d11va.h>
}

#include <cstdint>
#include <new>
#include <string>
#include <utility>

#include "base/error.h"

namespace rustcam::d3d11 {

namespace {

void lock(void* gpu) {
  static_cast<const Gpu*>(gpu)->enter();
}

void unlock(void* gpu) {
  static_cast<const Gpu*>(gpu)->leave();
}

using Held = std::shared_ptr<Gpu>;

BufferRef hardware_device(const std::shared_ptr<Gpu>& gpu) {
  BufferRef made(av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_D3D11VA));
  if (!made) throw MediaError("this FFmpeg knows no Direct3D 11 frames");
  auto& device = *reinterpret_cast<AVHWDeviceContext*>(made->data);
  device.user_opaque = new Held(gpu);
  device.free = [](AVHWDeviceContext* gone) { delete static_cast<Held*>(gone->user_opaque); };
  auto& own = *static_cast<AVD3D11VADeviceContext*>(device.hwctx);
  own.device = &gpu->device();
  own.device->AddRef();
  own.device_context = &gpu->context();
  own.device_context->AddRef();
  own.lock = lock;
  own.unlock = unlock;
  own.lock_ctx = gpu.get();
  if (const int result = av_hwdevice_ctx_init(made.get()); result < 0)
    throw MediaError("the graphics device is none for video: " + av_error_text(result),
                     av_error_name(result));
  return made;
}

/// What FFmpeg finds in the buffer of each of its frames, and what keeps the texture.
struct Shown {
  AVD3D11FrameDescriptor descriptor;
  std::shared_ptr<const void> owner;
};

}  // namespace

BufferRef hardware_frames(const std::shared_ptr<Gpu>& gpu, AVPixelFormat layout, Size size) {
  const BufferRef device = hardware_device(gpu);
  BufferRef made(av_hwframe_ctx_alloc(device.get()));
  if (!made) throw std::bad_alloc();
  auto& frames = *reinterpret_cast<AVHWFramesContext*>(made->data);
  frames.format = AV_PIX_FMT_D3D11;
  frames.sw_format = layout;
  frames.width = size.width;
  frames.height = size.height;
  // Separate textures, as ours are, and not the slices of one.
  static_cast<AVD3D11VAFramesContext*>(frames.hwctx)->BindFlags =
      D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE;
  if (const int result = av_hwframe_ctx_init(made.get()); result < 0)
    throw MediaError("the graphics device has no such textures for video: " + av_error_text(result),
                     av_error_name(result));
  return made;
}

void show_texture(AVFrame& frame, AVBufferRef& frames, ID3D11Texture2D& texture,
                  std::shared_ptr<const void> owner) {
  auto shown = std::make_unique<Shown>();
  shown->descriptor.texture = &texture;
  shown->descriptor.index = 0;
  shown->owner = std::move(owner);
  frame.buf[0] = av_buffer_create(
      reinterpret_cast<std::uint8_t*>(shown.get()), sizeof(Shown),
      [](void* /*opaque*/, std::uint8_t* data) { delete reinterpret_cast<Shown*>(data); }, nullptr,
      0);
  if (frame.buf[0] == nullptr) throw std::bad_alloc();
  shown.release();
  frame.hw_frames_ctx = av_buffer_ref(&frames);
  if (frame.hw_frames_ctx == nullptr) throw std::bad_alloc();
  const auto& context = *reinterpret_cast<const AVHWFramesContext*>(frames.data);
  frame.format = context.format;
  frame.width = context.width;
  frame.height = context.height;
  frame.data[0] = reinterpret_cast<std::uint8_t*>(&texture);
  frame.data[1] = nullptr;  // the first and only slice
}

const std::shared_ptr<const void>& owner_of(const AVFrame& frame) {
  return reinterpret_cast<const Shown*>(frame.buf[0]->data)->owner;
}

}  // namespace rustcam::d3d11
