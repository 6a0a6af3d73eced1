#include "capture/dda/canvas.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "capture/dda/hresult.h"
#include "d3d11/gpu.h"

namespace rustcam::dda {

namespace {

bool is_readable(DXGI_FORMAT format) {
  return format == DXGI_FORMAT_B8G8R8A8_UNORM || format == DXGI_FORMAT_B8G8R8A8_UNORM_SRGB ||
         format == DXGI_FORMAT_B8G8R8X8_UNORM || format == DXGI_FORMAT_R16G16B16A16_FLOAT;
}

}  // namespace

Canvas::Canvas(const Device& device, const D3D11_TEXTURE2D_DESC& frame)
    : size_{static_cast<std::int32_t>(frame.Width), static_cast<std::int32_t>(frame.Height)},
      format_(frame.Format) {
  if (!is_readable(format_))
    throw DuplicationError("cannot read the desktop: its pixel format (DXGI " +
                           std::to_string(static_cast<int>(format_)) +
                           ") is unknown; turn HDR off or use 32-bit colour");
  D3D11_TEXTURE2D_DESC desc{};
  desc.Width = frame.Width;
  desc.Height = frame.Height;
  desc.MipLevels = 1;
  desc.ArraySize = 1;
  desc.Format = format_;
  desc.SampleDesc.Count = 1;
  desc.Usage = D3D11_USAGE_DEFAULT;
  desc.BindFlags = D3D11_BIND_SHADER_RESOURCE;
  check(device.device().CreateTexture2D(&desc, nullptr, texture_.put()),
        "cannot make a texture for the desktop");
}

bool Canvas::fits(const D3D11_TEXTURE2D_DESC& frame) const noexcept {
  return static_cast<std::int32_t>(frame.Width) == size_.width &&
         static_cast<std::int32_t>(frame.Height) == size_.height && frame.Format == format_;
}

void Canvas::update(const Device& device, ID3D11Texture2D& frame,
                    const std::optional<Region>& damage) {
  constexpr std::size_t most_copies = 64;
  const Region due = (damage ? *damage : Region(Rect::of(size_))).simplified(most_copies);
  for (const Rect& rect : due.rects()) {
    const D3D11_BOX box = d3d11::box_of(rect);
    device.context().CopySubresourceRegion(texture_.get(), 0, box.left, box.top, 0, &frame, 0,
                                           &box);
  }
}

}  // namespace rustcam::dda
