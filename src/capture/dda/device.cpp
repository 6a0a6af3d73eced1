#include "capture/dda/device.h"

#include <array>
#include <span>

#include "capture/dda/hresult.h"

namespace rustcam::dda {

namespace {

HRESULT create(IDXGIAdapter1& adapter, std::span<const D3D_FEATURE_LEVEL> levels,
               win32::ComPtr<ID3D11Device>& device, win32::ComPtr<ID3D11DeviceContext>& context) {
  // With an adapter of its own choice, Windows wants no driver type besides.
  return ::D3D11CreateDevice(
      &adapter, D3D_DRIVER_TYPE_UNKNOWN, nullptr, D3D11_CREATE_DEVICE_BGRA_SUPPORT, levels.data(),
      static_cast<UINT>(levels.size()), D3D11_SDK_VERSION, device.put(), nullptr, context.put());
}

}  // namespace

Device::Device(IDXGIAdapter1& adapter) {
  constexpr std::array levels{D3D_FEATURE_LEVEL_11_1, D3D_FEATURE_LEVEL_11_0};
  HRESULT result = create(adapter, levels, device_, context_);
  if (result == E_INVALIDARG)  // a runtime that does not know 11.1
    result = create(adapter, std::span(levels).subspan(1), device_, context_);
  check(result, "cannot open the graphics adapter");

  // Under a game's load, our copies wait behind its drawing otherwise.
  constexpr INT highest_priority = 7;
  const auto dxgi = device_.as<IDXGIDevice>();
  const HRESULT raised = dxgi ? dxgi->SetGPUThreadPriority(highest_priority) : E_NOINTERFACE;
  if (FAILED(raised)) priority_refusal_ = code_text(raised);
}

}  // namespace rustcam::dda
