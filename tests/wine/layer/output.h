// An output of the layer's making around Wine's: its place, mode and rotation are the configured
// ones, and it can be duplicated.
#pragma once

#include <dxgi1_6.h>

#include <utility>

#include "com.h"

namespace layer {

class Output final : public DxgiObject<IDXGIOutput6> {
 public:
  Output(int index, Com<IDXGIOutput6> real) : index_(index), real_(std::move(real)) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** out) override;
  HRESULT STDMETHODCALLTYPE GetParent(REFIID id, void** out) override;
  HRESULT STDMETHODCALLTYPE GetDesc(DXGI_OUTPUT_DESC* desc) override;
  HRESULT STDMETHODCALLTYPE GetDisplayModeList(DXGI_FORMAT format, UINT flags, UINT* count,
                                               DXGI_MODE_DESC* modes) override;
  HRESULT STDMETHODCALLTYPE FindClosestMatchingMode(const DXGI_MODE_DESC* mode,
                                                    DXGI_MODE_DESC* closest,
                                                    IUnknown* device) override;
  HRESULT STDMETHODCALLTYPE WaitForVBlank() override;
  HRESULT STDMETHODCALLTYPE TakeOwnership(IUnknown* device, WINBOOL exclusive) override;
  void STDMETHODCALLTYPE ReleaseOwnership() override;
  HRESULT STDMETHODCALLTYPE GetGammaControlCapabilities(DXGI_GAMMA_CONTROL_CAPABILITIES*) override;
  HRESULT STDMETHODCALLTYPE SetGammaControl(const DXGI_GAMMA_CONTROL*) override;
  HRESULT STDMETHODCALLTYPE GetGammaControl(DXGI_GAMMA_CONTROL*) override;
  HRESULT STDMETHODCALLTYPE SetDisplaySurface(IDXGISurface*) override;
  HRESULT STDMETHODCALLTYPE GetDisplaySurfaceData(IDXGISurface*) override;
  HRESULT STDMETHODCALLTYPE GetFrameStatistics(DXGI_FRAME_STATISTICS*) override;
  HRESULT STDMETHODCALLTYPE GetDisplayModeList1(DXGI_FORMAT, UINT, UINT*,
                                                DXGI_MODE_DESC1*) override;
  HRESULT STDMETHODCALLTYPE FindClosestMatchingMode1(const DXGI_MODE_DESC1*, DXGI_MODE_DESC1*,
                                                     IUnknown*) override;
  HRESULT STDMETHODCALLTYPE GetDisplaySurfaceData1(IDXGIResource*) override;
  HRESULT STDMETHODCALLTYPE DuplicateOutput(IUnknown* device,
                                            IDXGIOutputDuplication** out) override;
  WINBOOL STDMETHODCALLTYPE SupportsOverlays() override;
  HRESULT STDMETHODCALLTYPE CheckOverlaySupport(DXGI_FORMAT, IUnknown*, UINT*) override;
  HRESULT STDMETHODCALLTYPE CheckOverlayColorSpaceSupport(DXGI_FORMAT, DXGI_COLOR_SPACE_TYPE,
                                                          IUnknown*, UINT*) override;
  HRESULT STDMETHODCALLTYPE DuplicateOutput1(IUnknown* device, UINT flags, UINT count,
                                             const DXGI_FORMAT* formats,
                                             IDXGIOutputDuplication** out) override;
  HRESULT STDMETHODCALLTYPE GetDesc1(DXGI_OUTPUT_DESC1* desc) override;
  HRESULT STDMETHODCALLTYPE CheckHardwareCompositionSupport(UINT* flags) override;

 private:
  const int index_;
  Com<IDXGIOutput6> real_;
};

/// IDXGIAdapter::EnumOutputs of the patched adapters; `real` is the first of Wine's outputs, null
/// if the adapter has none.
HRESULT enumerate(UINT index, Com<IDXGIOutput6> real, IDXGIOutput** out);

}  // namespace layer
