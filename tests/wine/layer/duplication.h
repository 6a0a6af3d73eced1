// IDXGIOutputDuplication as its documentation describes it, with the configured faults.
#pragma once

#include <d3d11.h>
#include <dxgi1_2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "com.h"
#include "picture.h"
#include "pointer_script.h"
#include "process_time.h"
#include "state.h"

namespace layer {

/// Makes one for `output` on the program's device; the HRESULT that Windows would give.
/// `allow_fp16`: the caller's format set has FP16 (DuplicateOutput1).
HRESULT duplicate(int output, IUnknown* device, bool allow_fp16, IDXGIOutputDuplication** out);

class Duplication final : public DxgiObject<IDXGIOutputDuplication> {
 public:
  Duplication(int output, Com<ID3D11Device> device, const PictureOptions& options);
  ~Duplication() override;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** out) override;
  HRESULT STDMETHODCALLTYPE GetParent(REFIID, void** out) override;
  void STDMETHODCALLTYPE GetDesc(DXGI_OUTDUPL_DESC* desc) override;
  HRESULT STDMETHODCALLTYPE AcquireNextFrame(UINT timeout_ms, DXGI_OUTDUPL_FRAME_INFO* info,
                                             IDXGIResource** resource) override;
  HRESULT STDMETHODCALLTYPE GetFrameDirtyRects(UINT size, RECT* rects, UINT* required) override;
  HRESULT STDMETHODCALLTYPE GetFrameMoveRects(UINT size, DXGI_OUTDUPL_MOVE_RECT* rects,
                                              UINT* required) override;
  HRESULT STDMETHODCALLTYPE GetFramePointerShape(UINT size, void* buffer, UINT* required,
                                                 DXGI_OUTDUPL_POINTER_SHAPE_INFO* info) override;
  HRESULT STDMETHODCALLTYPE MapDesktopSurface(DXGI_MAPPED_RECT*) override;
  HRESULT STDMETHODCALLTYPE UnMapDesktopSurface() override;
  HRESULT STDMETHODCALLTYPE ReleaseFrame() override;

 private:
  /// The fault that has become due since the last look; sticks.
  HRESULT due_fault(double t_s);
  std::int64_t frame_at(double t_s) const;
  std::int64_t pointer_tick_at(double t_s) const;
  void deliver_desktop(std::int64_t n, DXGI_OUTDUPL_FRAME_INFO* info);
  void deliver_pointer(double t_s, bool always, DXGI_OUTDUPL_FRAME_INFO* info);
  void describe(const rustcam::Region& changed);
  void wait_until(double t_s);

  const int output_;
  Com<ID3D11Device> device_;
  PictureOptions options_;
  Picture picture_;
  PointerShapeBytes shape_;

  const rustcam::TimePoint born_at_ = rustcam::now();
  const double born_cpu_s_ = process_cpu_s();
  bool held_ = false;
  bool shape_new_in_frame_ = false;
  bool shape_told_ = false;
  rustcam::TimePoint acquired_at_{};
  HRESULT lost_ = S_OK;
  double looked_at_s_ = 0;
  std::int64_t delivered_frame_ = -1;
  std::int64_t delivered_tick_ = -1;
  int updates_ = 0;
  std::optional<rustcam::Point> told_position_;
  std::vector<RECT> dirty_;
  std::vector<DXGI_OUTDUPL_MOVE_RECT> moves_;
};

}  // namespace layer
