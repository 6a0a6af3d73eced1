// A Direct3D 11 device that two threads use.
#pragma once

#include <d3d10.h>
#include <d3d11.h>

#include <memory>
#include <string>

#include "base/geometry.h"
#include "d3d11/painter.h"
#include "image/texture.h"
#include "platform/com_ptr_win32.h"

namespace rustcam::d3d11 {

/// The capture thread fills textures with it, and the encoder's thread draws what the encoder
/// wants of them; the encoder's driver uses it behind our back. There is one immediate context
/// for all three, and it remembers what was bound last. So each of us takes the device's own
/// critical section (GpuTurn) for as long as a sequence of calls belongs together, and Windows
/// takes it for each single call of anyone: a driver's call waits until our sequence is over. The
/// order in which the context is called is the order in which the GPU works: a texture that was
/// filled before it was posted is full when the encoder reads it, without a wait.
class Gpu final : public TextureHome {
 public:
  /// Throws DeviceError, also if the device cannot be shared by threads or shaders cannot be
  /// compiled; its text says which.
  Gpu(win32::ComPtr<ID3D11Device> device, win32::ComPtr<ID3D11DeviceContext> context);

  ID3D11Device& device() const noexcept { return *device_; }
  ID3D11DeviceContext& context() const noexcept { return *context_; }
  /// What draws with it; whoever uses it holds a GpuTurn.
  Painter& painter() noexcept { return painter_; }

  /// True if the driver draws into the planes of NV12 textures.
  bool draws_nv12() const;
  /// A texture of one level that is drawn into and read by shaders. Throws DeviceError.
  win32::ComPtr<ID3D11Texture2D> make_texture(DXGI_FORMAT format, Size size) const;
  win32::ComPtr<ID3D11ShaderResourceView> make_view(ID3D11Texture2D& texture) const;
  /// Of the plane that `format` belongs to, or, if it is unknown, of the whole texture.
  win32::ComPtr<ID3D11RenderTargetView> make_target(ID3D11Texture2D& texture,
                                                    DXGI_FORMAT format = DXGI_FORMAT_UNKNOWN) const;

  /// Recursive. Prefer GpuTurn.
  void enter() const noexcept { turns_->Enter(); }
  void leave() const noexcept { turns_->Leave(); }

 private:
  win32::ComPtr<ID3D11Device> device_;
  win32::ComPtr<ID3D11DeviceContext> context_;
  win32::ComPtr<ID3D10Multithread> turns_;
  Painter painter_;
};

/// While it lives, no other thread uses the device.
class GpuTurn {
 public:
  explicit GpuTurn(const Gpu& gpu) noexcept : gpu_(gpu) { gpu_.enter(); }
  ~GpuTurn() { gpu_.leave(); }
  GpuTurn(const GpuTurn&) = delete;
  GpuTurn& operator=(const GpuTurn&) = delete;

 private:
  const Gpu& gpu_;
};

/// Throws DeviceError ("`what` (0x...)") unless `result` is a success.
void require(HRESULT result, const char* what);

/// The place of `rect` in a texture.
D3D11_BOX box_of(const Rect& rect) noexcept;

}  // namespace rustcam::d3d11
