#include "d3d11/gpu.h"

#include <array>
#include <cstdio>
#include <utility>

#include "base/error.h"

namespace rustcam::d3d11 {

namespace {

/// ID3D11Multithread is the same, and newer than the oldest Windows that we run on.
win32::ComPtr<ID3D10Multithread> protect(const win32::ComPtr<ID3D11Device>& device) {
  auto turns = device.as<ID3D10Multithread>();
  if (!turns) throw DeviceError("the graphics device cannot be shared by threads");
  turns->SetMultithreadProtected(TRUE);
  return turns;
}

}  // namespace

Gpu::Gpu(win32::ComPtr<ID3D11Device> device, win32::ComPtr<ID3D11DeviceContext> context)
    : device_(std::move(device)),
      context_(std::move(context)),
      turns_(protect(device_)),
      painter_(*device_, *context_) {}

bool Gpu::draws_nv12() const {
  UINT support = 0;
  constexpr UINT needed = D3D11_FORMAT_SUPPORT_TEXTURE2D | D3D11_FORMAT_SUPPORT_RENDER_TARGET;
  return SUCCEEDED(device_->CheckFormatSupport(DXGI_FORMAT_NV12, &support)) &&
         (support & needed) == needed;
}

win32::ComPtr<ID3D11Texture2D> Gpu::make_texture(DXGI_FORMAT format, Size size) const {
  D3D11_TEXTURE2D_DESC desc{};
  desc.Width = static_cast<UINT>(size.width);
  desc.Height = static_cast<UINT>(size.height);
  desc.MipLevels = 1;
  desc.ArraySize = 1;
  desc.Format = format;
  desc.SampleDesc.Count = 1;
  desc.Usage = D3D11_USAGE_DEFAULT;
  desc.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE;
  win32::ComPtr<ID3D11Texture2D> texture;
  require(device_->CreateTexture2D(&desc, nullptr, texture.put()),
          "the graphics device makes no texture for pictures");
  return texture;
}

win32::ComPtr<ID3D11ShaderResourceView> Gpu::make_view(ID3D11Texture2D& texture) const {
  win32::ComPtr<ID3D11ShaderResourceView> view;
  require(device_->CreateShaderResourceView(&texture, nullptr, view.put()),
          "the graphics device lets no shader read a texture");
  return view;
}

win32::ComPtr<ID3D11RenderTargetView> Gpu::make_target(ID3D11Texture2D& texture,
                                                       DXGI_FORMAT format) const {
  D3D11_RENDER_TARGET_VIEW_DESC desc{};
  desc.Format = format;
  desc.ViewDimension = D3D11_RTV_DIMENSION_TEXTURE2D;
  win32::ComPtr<ID3D11RenderTargetView> target;
  require(device_->CreateRenderTargetView(&texture, format == DXGI_FORMAT_UNKNOWN ? nullptr : &desc,
                                          target.put()),
          "the graphics device draws into no texture");
  return target;
}

void require(HRESULT result, const char* what) {
  if (SUCCEEDED(result)) return;
  std::array<char, 16> code{};
  std::snprintf(code.data(), code.size(), "0x%08lX", static_cast<unsigned long>(result));
  throw DeviceError(std::string(what) + " (" + code.data() + ")", code.data());
}

D3D11_BOX box_of(const Rect& rect) noexcept {
  return {static_cast<UINT>(rect.left),  static_cast<UINT>(rect.top),    0,
          static_cast<UINT>(rect.right), static_cast<UINT>(rect.bottom), 1};
}

}  // namespace rustcam::d3d11
