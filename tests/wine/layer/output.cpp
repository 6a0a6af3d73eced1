#include "output.h"

#include <algorithm>
#include <cwchar>
#include <iterator>
#include <utility>

#include "duplication.h"
#include "state.h"

namespace layer {

HRESULT enumerate(UINT index, Com<IDXGIOutput6> real, IDXGIOutput** out) {
  if (!out) return E_INVALIDARG;
  *out = nullptr;
  if (!real) return DXGI_ERROR_NOT_FOUND;
  State& s = state();
  const double t = s.elapsed_s();
  UINT seen = 0;
  for (int output = 0; output < s.config.outputs; ++output) {
    if (!s.present_at(output, t)) continue;
    if (seen++ == index) {
      *out = new Output(output, std::move(real));
      return S_OK;
    }
  }
  return DXGI_ERROR_NOT_FOUND;
}

HRESULT Output::QueryInterface(REFIID id, void** out) {
  if (!out) return E_POINTER;
  *out = nullptr;
  const bool newer = id == __uuidof(IDXGIOutput5) || id == __uuidof(IDXGIOutput6);
  if (newer && state().config.no_duplicate1) return E_NOINTERFACE;
  if (newer || id == __uuidof(IUnknown) || id == __uuidof(IDXGIObject) ||
      id == __uuidof(IDXGIOutput) || id == __uuidof(IDXGIOutput1) || id == __uuidof(IDXGIOutput2) ||
      id == __uuidof(IDXGIOutput3) || id == __uuidof(IDXGIOutput4)) {
    AddRef();
    *out = static_cast<IDXGIOutput6*>(this);
    return S_OK;
  }
  return E_NOINTERFACE;
}

HRESULT Output::GetParent(REFIID id, void** out) {
  return real_->GetParent(id, out);
}

HRESULT Output::GetDesc(DXGI_OUTPUT_DESC* desc) {
  if (const HRESULT hr = real_->GetDesc(desc); FAILED(hr)) return hr;
  State& s = state();
  const double t = s.elapsed_s();
  const rustcam::Size size = s.size_at(index_, t);
  const LONG left = index_ == 0 ? 0 : s.size_at(index_ - 1, t).width;
  std::swprintf(desc->DeviceName, std::size(desc->DeviceName), L"\\\\.\\DISPLAY%d", index_ + 1);
  desc->DesktopCoordinates = {left, 0, left + size.width, size.height};
  desc->AttachedToDesktop = TRUE;
  desc->Rotation = static_cast<DXGI_MODE_ROTATION>(1 + static_cast<int>(s.config.rotation) / 90);
  return S_OK;
}

HRESULT Output::GetDesc1(DXGI_OUTPUT_DESC1* desc) {
  DXGI_OUTPUT_DESC older;
  if (const HRESULT hr = GetDesc(&older); FAILED(hr)) return hr;
  *desc = {};
  std::copy(std::begin(older.DeviceName), std::end(older.DeviceName), desc->DeviceName);
  desc->DesktopCoordinates = older.DesktopCoordinates;
  desc->AttachedToDesktop = older.AttachedToDesktop;
  desc->Rotation = older.Rotation;
  desc->Monitor = older.Monitor;
  const bool hdr = state().config.hdr_nits > 0;
  desc->BitsPerColor = hdr ? 10 : 8;
  desc->ColorSpace =
      hdr ? DXGI_COLOR_SPACE_RGB_FULL_G2084_NONE_P2020 : DXGI_COLOR_SPACE_RGB_FULL_G22_NONE_P709;
  return S_OK;
}

HRESULT Output::DuplicateOutput(IUnknown* device, IDXGIOutputDuplication** out) {
  state().report.count("duplicate_output");
  return duplicate(index_, device, false, out);
}

HRESULT Output::DuplicateOutput1(IUnknown* device, UINT flags, UINT count,
                                 const DXGI_FORMAT* formats, IDXGIOutputDuplication** out) {
  state().report.count("duplicate_output1");
  if (flags != 0 || count == 0 || !formats) {
    state().report.violation("DuplicateOutput1 with flags or without formats");
    return E_INVALIDARG;
  }
  const auto offers = [&](DXGI_FORMAT format) {
    return std::find(formats, formats + count, format) != formats + count;
  };
  if (!offers(DXGI_FORMAT_B8G8R8A8_UNORM)) return DXGI_ERROR_UNSUPPORTED;
  return duplicate(index_, device, offers(DXGI_FORMAT_R16G16B16A16_FLOAT), out);
}

HRESULT Output::GetDisplayModeList(DXGI_FORMAT format, UINT flags, UINT* count,
                                   DXGI_MODE_DESC* modes) {
  return real_->GetDisplayModeList(format, flags, count, modes);
}
HRESULT Output::FindClosestMatchingMode(const DXGI_MODE_DESC* mode, DXGI_MODE_DESC* closest,
                                        IUnknown* device) {
  return real_->FindClosestMatchingMode(mode, closest, device);
}
HRESULT Output::WaitForVBlank() {
  return real_->WaitForVBlank();
}
HRESULT Output::TakeOwnership(IUnknown* device, WINBOOL exclusive) {
  return real_->TakeOwnership(device, exclusive);
}
void Output::ReleaseOwnership() {
  real_->ReleaseOwnership();
}
HRESULT Output::GetGammaControlCapabilities(DXGI_GAMMA_CONTROL_CAPABILITIES* caps) {
  return real_->GetGammaControlCapabilities(caps);
}
HRESULT Output::SetGammaControl(const DXGI_GAMMA_CONTROL* gamma) {
  return real_->SetGammaControl(gamma);
}
HRESULT Output::GetGammaControl(DXGI_GAMMA_CONTROL* gamma) {
  return real_->GetGammaControl(gamma);
}
HRESULT Output::SetDisplaySurface(IDXGISurface* surface) {
  return real_->SetDisplaySurface(surface);
}
HRESULT Output::GetDisplaySurfaceData(IDXGISurface* surface) {
  return real_->GetDisplaySurfaceData(surface);
}
HRESULT Output::GetFrameStatistics(DXGI_FRAME_STATISTICS* stats) {
  return real_->GetFrameStatistics(stats);
}
HRESULT Output::GetDisplayModeList1(DXGI_FORMAT format, UINT flags, UINT* count,
                                    DXGI_MODE_DESC1* modes) {
  return real_->GetDisplayModeList1(format, flags, count, modes);
}
HRESULT Output::FindClosestMatchingMode1(const DXGI_MODE_DESC1* mode, DXGI_MODE_DESC1* closest,
                                         IUnknown* device) {
  return real_->FindClosestMatchingMode1(mode, closest, device);
}
HRESULT Output::GetDisplaySurfaceData1(IDXGIResource* destination) {
  return real_->GetDisplaySurfaceData1(destination);
}
WINBOOL Output::SupportsOverlays() {
  return FALSE;
}
HRESULT Output::CheckOverlaySupport(DXGI_FORMAT format, IUnknown* device, UINT* flags) {
  return real_->CheckOverlaySupport(format, device, flags);
}
HRESULT Output::CheckOverlayColorSpaceSupport(DXGI_FORMAT format, DXGI_COLOR_SPACE_TYPE space,
                                              IUnknown* device, UINT* flags) {
  return real_->CheckOverlayColorSpaceSupport(format, space, device, flags);
}
HRESULT Output::CheckHardwareCompositionSupport(UINT* flags) {
  return real_->CheckHardwareCompositionSupport(flags);
}

}  // namespace layer
