// A Direct3D 11 device on the adapter that owns the output.
#pragma once

#include <d3d11.h>
#include <dxgi1_2.h>

#include <string>

#include "platform/com_ptr_win32.h"

namespace rustcam::dda {

/// Confined to the thread that made it, unless it is shared as a d3d11::Gpu.
class Device {
 public:
  /// Throws DuplicationError or AccessLost.
  explicit Device(IDXGIAdapter1& adapter);

  ID3D11Device& device() const noexcept { return *device_; }
  const win32::ComPtr<ID3D11Device>& owned() const noexcept { return device_; }
  ID3D11DeviceContext& context() const noexcept { return *context_; }
  const win32::ComPtr<ID3D11DeviceContext>& owned_context() const noexcept { return context_; }
  /// Why the system refused our copies a higher priority than a game's drawing; empty if it did
  /// not.
  const std::string& priority_refusal() const noexcept { return priority_refusal_; }

 private:
  win32::ComPtr<ID3D11Device> device_;
  win32::ComPtr<ID3D11DeviceContext> context_;
  std::string priority_refusal_;
};

}  // namespace rustcam::dda
